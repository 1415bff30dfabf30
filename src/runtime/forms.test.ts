/** The persistent form of a step: the bits of dispatch by dispatch wherever it runs, and never used where they differ. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { stream } from '../core/random';
import { mlp, quadraticMlp } from '../models/index';
import { crossEntropy, errorRate } from '../ops/losses';
import { adamw, sgd } from '../optim/index';
import { persistentForm } from '../plan/persistent';
import type { MetricBatch, TrainOptions } from './executor';
import { formClass, Forms, ORDINARY } from './forms';
import { openGpu, type GpuExecutor } from './gpu';
import type { GpuSession } from './gpuSession';
import { PipelineCache } from './pipelines';
import { prepare } from './program';
import { Scheduler } from './scheduler';
import { Trainer, TrainerGroup, type TrainerOptions } from './trainer';
import { Tuner } from './tuner';

const random = stream(1, 3);
const tuning = (): Promise<GpuExecutor> => openGpu({ tune: { software: true } });
const classes = (n: number, k: number): Uint32Array => new Uint32Array(n).map((_, i) => random.bits(i) % k);

/** Ragged widths, so that kernels disagree on how they read a slot; the minibatches are shared, so every replica counts steps for itself. */
const NETWORK: TrainerOptions = {
  model: mlp({ widths: [5, 13, 3] }),
  loss: crossEntropy,
  optimiser: adamw({ lr: [0.01, 0.02, 0.04] }),
  seeds: [3, 4, 5],
  batch: 7,
  batchSeeds: 9,
  data: { x: random.fillNormal(new Float32Array(33 * 5)), y: classes(33, 3), n: 33, target: [] },
  evaluate: { error: errorRate },
};
/** Tokens: gathers, and the sums that are their transpose. */
const TOKENS: TrainerOptions = {
  model: quadraticMlp({ symbols: 5, hidden: 8 }),
  loss: crossEntropy,
  optimiser: sgd({ lr: 0.5, momentum: 0.9 }),
  seeds: [1, 2],
  data: {
    x: new Uint32Array(50).map((_, i) => (i % 2 === 0 ? Math.floor(i / 10) : Math.floor(i / 2) % 5)),
    y: new Uint32Array(25).map((_, i) => (Math.floor(i / 5) + i) % 5),
    n: 25,
    target: [],
  },
};
const PROBES: Partial<TrainOptions> = { probes: [{ plan: 'eval', every: 20 }] };

const rowsOf = async (batches: AsyncIterable<MetricBatch>): Promise<readonly string[]> => {
  const rows: string[] = [];
  for await (const b of batches)
    b.steps.forEach((s, i) =>
      rows.push(
        `${b.plan} ${s}: ${Array.from({ length: b.replicas }, (_, r) => [...b.data.subarray((r * b.steps.length + i) * b.names.length, (r * b.steps.length + i + 1) * b.names.length)].join()).join(' ')}`,
      ),
    );
  return rows.toSorted();
};
interface Ran {
  readonly rows: readonly string[];
  readonly state: Uint8Array;
  readonly form: string;
}
const run = async (gpu: GpuExecutor, o: TrainerOptions, t: Omit<TrainOptions, 'step'>): Promise<Ran> => {
  using trainer = await Trainer.open(gpu, o);
  const rows = await rowsOf(trainer.train(t));
  return { rows, state: await trainer.session.checkpoint(), form: (trainer.session as GpuSession).formOf('step') };
};
const pin = async (gpu: GpuExecutor, o: TrainerOptions, id: string): Promise<void> => {
  using trainer = await Trainer.open(gpu, o);
  await gpu.pinForm(trainer.session, 'step', id);
};

describe('the persistent form', () => {
  it.each([
    ['a network on shared minibatches, with probes', NETWORK, 16, PROBES],
    ['a network of tokens', TOKENS, 4, {}],
  ] as const)('of %s has the bits of the ordinary one', async (_, o, workgroup, t) => {
    using plain = await openGpu();
    const want = await run(plain, o, { ...t, steps: 61 });
    using gpu = await tuning();
    await pin(gpu, o, `persistent ${workgroup}`);
    const got = await run(gpu, o, { ...t, steps: 61 });
    expect(want.form).toBe(ORDINARY);
    expect(got.form).toBe(`persistent ${workgroup}`);
    expect(got.rows).toEqual(want.rows);
    expect(got.rows.length).toBeGreaterThanOrEqual(61);
    expect(got.state).toEqual(want.state);
  });
  it('goes on with the same bits when the device is lost', async () => {
    using plain = await openGpu();
    const want = await run(plain, NETWORK, { steps: 400 });
    using gpu = await tuning();
    await pin(gpu, NETWORK, 'persistent 4');
    using trainer = await Trainer.open(gpu, NETWORK);
    let lost = 0;
    const losing = async function* (): AsyncGenerator<MetricBatch> {
      for await (const b of trainer.train({ steps: 400, submissionMs: 5 })) {
        yield b;
        if (b.steps.at(-1)! >= 100 && lost++ === 0) gpu.device.destroy();
      }
    };
    expect(await rowsOf(losing())).toEqual(want.rows);
    expect(lost).toBeGreaterThan(0);
    expect(await trainer.session.checkpoint()).toEqual(want.state);
    expect((trainer.session as GpuSession).formOf('step')).toBe('persistent 4');
  });
  it('runs one model of a group while another goes dispatch by dispatch', async () => {
    const members = { tokens: TOKENS, network: { ...NETWORK, seeds: [3], optimiser: sgd({ lr: 0.1 }) } };
    const together = async (
      gpu: GpuExecutor,
      pin: boolean,
    ): Promise<{ readonly state: Uint8Array; readonly forms: readonly string[]; readonly rows: readonly string[] }> => {
      if (pin) {
        using first = await TrainerGroup.open(gpu, members);
        await gpu.pinForm(first.session, 'tokens.step', 'persistent 4');
        await gpu.pinForm(first.session, 'network.step', ORDINARY);
      }
      using group = await TrainerGroup.open(gpu, members);
      const rows = await rowsOf(group.train({ steps: 30 }));
      return {
        rows,
        state: await group.session.checkpoint(),
        forms: ['tokens.step', 'network.step'].map((p) => (group.session as GpuSession).formOf(p)),
      };
    };
    using plain = await openGpu();
    using gpu = await tuning();
    const [want, got] = [await together(plain, false), await together(gpu, true)];
    expect(got.forms).toEqual(['persistent 4', ORDINARY]);
    expect(got.rows).toEqual(want.rows);
    expect(got.state).toEqual(want.state);
  });
});

describe('the choice of a form', () => {
  it('is measured once while training goes on, kept, and changes no bit', async () => {
    using plain = await openGpu();
    const want = await run(plain, TOKENS, { steps: 3000 });
    using gpu = await tuning();
    using trainer = await Trainer.open(gpu, TOKENS);
    const form = persistentForm((trainer.session as GpuSession).planned('step')!)!;
    const found = () => gpu.tuner!.find(formClass(form));
    let steps = 0;
    // Until the pipelines, which compile in the meantime, were held against each other.
    while (!(await found()) || steps < 3000) {
      const n = steps < 3000 ? 100 : 20;
      expect((await rowsOf(trainer.train({ steps: n }))).length).toBe(n);
      steps += n;
      if (steps === 3000) expect(await trainer.session.checkpoint()).toEqual(want.state);
      if (steps >= 3000)
        await new Promise((done) => {
          setTimeout(done, 50);
        });
    }
    const finding = (await found())!;
    expect(Object.keys(finding.ms)).toEqual([ORDINARY, 'persistent 16', 'persistent 32', 'persistent 4']);
    expect(finding.pinned).toBe(false);
    expect((trainer.session as GpuSession).formOf('step')).toBe(finding.choice);
  });
  it('never falls on a form of other bits, pinned or not', async () => {
    using gpu = await tuning();
    using trainer = await Trainer.open(gpu, TOKENS);
    using other = await Trainer.open(gpu, { ...TOKENS, optimiser: sgd({ lr: 0.5, momentum: 0.9, nesterov: true }) });
    const { session } = trainer as unknown as { readonly session: GpuSession };
    const plans = { step: session.planned('step') };
    const wrong = { step: (other.session as GpuSession).planned('step') };
    const pipelines = new PipelineCache(gpu.device);
    const program = await prepare(gpu.device, pipelines, plans, {
      maxBufferSize: 2 ** 28,
      maxStorageBufferBindingSize: 2 ** 27,
      budget: 2 ** 28,
    });
    for (const [name, data] of Object.entries({ 'train.x': TOKENS.data.x, 'train.y': TOKENS.data.y }))
      gpu.device.queue.writeBuffer(program.variables.get(name)!.buffer, 0, data as Uint32Array<ArrayBuffer>);
    gpu.device.queue.writeBuffer(
      program.variables.get('theta')!.buffer,
      0,
      random.fillNormal(new Float32Array(program.variables.get('theta')!.buffer.size / 4)),
    );
    gpu.device.queue.writeBuffer(program.variables.get('hyper')!.buffer, 0, TOKENS.optimiser.hyper(2) as Float32Array<ArrayBuffer>);
    const forms = async (p: typeof plans): Promise<string> => {
      const tuner = new Tuner('here');
      const shape = formClass(persistentForm(p.step)!);
      await tuner.keep({ shape, choice: 'persistent 4', ms: {}, pinned: true });
      const f = new Forms(p, {
        device: gpu.device,
        scheduler: new Scheduler(gpu.device),
        program,
        tuner,
        spare: 2 ** 28,
        alive: () => undefined,
      });
      await f.want(['step']);
      await f.judge();
      const form = f.formOf('step');
      expect((await tuner.find(shape))!.choice).toBe(form);
      f.destroy();
      return form;
    };
    expect(await forms(plans)).toBe('persistent 4');
    expect(await forms(wrong)).toBe(ORDINARY);
    program.destroy();
  });
  it('is refused where there is none', async () => {
    using plain = await openGpu();
    await expect(pin(plain, TOKENS, 'persistent 4')).rejects.toThrow(/without `tune`/);
    using gpu = await tuning();
    for (const id of ['persistent four', 'persistent 6', '']) await expect(pin(gpu, TOKENS, id)).rejects.toThrow(ConfigError);
    await expect(pin(gpu, { ...NETWORK, model: mlp({ widths: [5, 1024, 1024, 3] }) }, 'persistent 4')).rejects.toThrow(
      `is '${ORDINARY}' only`,
    );
  });
});
