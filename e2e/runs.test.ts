/** Runs on the GPU: replicas against lone models, resuming, losing the device, pausing, aborting, diverging. Equality is of bits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../src/core/random';
import { mlp } from '../src/models/index';
import { crossEntropy, errorRate } from '../src/ops/losses';
import { adamw, sgd } from '../src/optim/index';
import { metric, type MetricBatch, type Session, type TrainControl } from '../src/runtime/executor';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { rows } from '../src/runtime/trainLoop';
import { MOST_IN_FLIGHT } from '../src/runtime/scheduler';
import { Trainer, type TrainerOptions } from '../src/runtime/trainer';

const N = 48;
const D = 6;
const CLASSES = 3;
const random = stream(7, 3);
const inputs = (r: number): Float32Array => random.fillNormal(new Float32Array(N * D), r * N * D);
const labels = (r: number): Uint32Array => new Uint32Array(N).map((_, i) => random.bits(100_000 + r * N + i) % CLASSES);
const model = mlp({ widths: [D, 10, 7, CLASSES] });

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const options = (o: Partial<TrainerOptions> = {}): TrainerOptions => ({
  model,
  loss: crossEntropy,
  optimiser: adamw({ lr: 0.01 }),
  batch: 16,
  data: { x: inputs(0), y: labels(0), n: N, target: [] },
  evaluate: { error: errorRate },
  ...o,
});
/** All rows of a run: plan, step, values. */
const collect = async (
  batches: AsyncIterable<MetricBatch>,
): Promise<readonly (readonly [plan: string, step: number, values: readonly number[]])[]> => {
  const out: [string, number, number[]][] = [];
  for await (const b of batches)
    for (const [i, step] of b.steps.entries())
      out.push([b.plan, step, b.names.flatMap((name) => Array.from({ length: b.replicas }, (_, r) => metric(b, i, name, r)))]);
  return out;
};
const bits = async (session: Session, variable: string): Promise<readonly number[]> => {
  const { data } = await session.read(variable);
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
};
const STATE = ['theta', 'moment1', 'moment2', 'step'];

describe('replicas', () => {
  it('each has the bits it has alone, whatever it differs in', async () => {
    const R = 5;
    const each = Array.from({ length: R }, (_, r) => r);
    const lr = [0.01, 0.003, 0.02, 0.01, 0.05];
    const weightDecay = [0, 0.1, 0.01, 0.5, 0];
    const beta1 = [0.9, 0.5, 0.95, 0, 0.9];
    const initScale = [1, 0.5, 2, 1, 0.1];
    const mask = new Float32Array(R * model.layout.total).map((_, i) => (random.uniform(i) < 0.8 ? 1 : 0));
    const flat = <T extends Float32Array | Uint32Array>(make: (r: number) => T, into: T): T => {
      each.forEach((r) => into.set(make(r), r * (into.length / R)));
      return into;
    };
    const together = await Trainer.open(
      gpu,
      options({
        optimiser: adamw({ lr, weightDecay, beta1 }),
        initScale,
        mask,
        seeds: [11, 22, 33, 44, 55],
        data: {
          x: flat(inputs, new Float32Array(R * N * D)),
          y: flat(labels, new Uint32Array(R * N)),
          n: N,
          target: [],
          xPerReplica: true,
          yPerReplica: true,
        },
      }),
    );
    await collect(together.train({ steps: 9 }));
    const all = await bits(together.session, 'theta');
    for (const r of each) {
      using alone = await Trainer.open(
        gpu,
        options({
          optimiser: adamw({ lr: lr[r]!, weightDecay: weightDecay[r]!, beta1: beta1[r]! }),
          initScale: initScale[r]!,
          mask: mask.slice(r * model.layout.total, (r + 1) * model.layout.total),
          seeds: [11 * (r + 1)],
          data: { x: inputs(r), y: labels(r), n: N, target: [] },
        }),
      );
      await collect(alone.train({ steps: 9 }));
      expect(await bits(alone.session, 'theta'), `replica ${r}`).toEqual(all.slice(r * model.layout.total, (r + 1) * model.layout.total));
    }
    together.dispose();
  });

  it('a mask holds its parameters at 0 under momentum and decay', async () => {
    const mask = new Float32Array(model.layout.total).map((_, i) => i % 2);
    for (const optimiser of [
      sgd({ lr: 0.1, momentum: 0.9, weightDecay: 0.1 }),
      sgd({ lr: 0.1, momentum: 0.9, nesterov: true }),
      adamw({ lr: 0.1, weightDecay: 0.1 }),
    ]) {
      using trainer = await Trainer.open(gpu, options({ optimiser, mask }));
      await collect(trainer.train({ steps: 5 }));
      const { data } = await trainer.session.read('theta');
      expect([...data].filter((v, i) => mask[i] === 0 && v !== 0)).toEqual([]);
      expect([...data].filter((v, i) => mask[i] === 1 && v !== 0).length).toBeGreaterThan(50);
    }
  });
});

describe('checkpoints', () => {
  it('a run stopped at any step and resumed elsewhere has the bits of an uninterrupted one', async () => {
    const steps = 11;
    const whole = await Trainer.open(gpu, options({ seeds: [1, 2] }));
    const expectedRows = await collect(whole.train({ steps }));
    const expected = await Promise.all(STATE.map((v) => bits(whole.session, v)));
    whole.dispose();
    for (const stop of [1, 4, 10]) {
      const first = await Trainer.open(gpu, options({ seeds: [1, 2] }));
      const before = await collect(first.train({ steps: stop }));
      const file = await first.session.checkpoint({ note: 'mine' });
      first.dispose();
      using second = await Trainer.open(gpu, options({ seeds: [3, 4] }));
      second.session.restore(file);
      expect(second.session.stepsDone).toBe(stop);
      const after = await collect(second.train({ steps: steps - stop }));
      expect([...before, ...after]).toEqual(expectedRows);
      for (const [i, v] of STATE.entries()) expect(await bits(second.session, v), `${v} after stopping at ${stop}`).toEqual(expected[i]);
    }
  });

  it('refuses a file of another program', async () => {
    using one = await Trainer.open(gpu, options());
    using other = await Trainer.open(gpu, options({ model: mlp({ widths: [D, 12, CLASSES] }) }));
    const file = await other.session.checkpoint();
    expect(() => one.session.restore(file)).toThrow(/checkpoint's 'theta' has \d+ values, this program's has \d+/);
    expect(() => one.session.restore(file.slice(0, 40))).toThrow(/safetensors: the header claims/);
  });
});

describe('a lost device', () => {
  it('is recovered from: no step repeated, none missed, the same bits', async () => {
    const undisturbed = await Trainer.open(gpu, options({ seeds: [1, 2] }));
    const o = { steps: 300, probes: [{ plan: 'eval', every: 50 }], submissionMs: 5 };
    const expectedRows = await collect(undisturbed.train(o));
    const expected = await Promise.all(STATE.map((v) => bits(undisturbed.session, v)));
    undisturbed.dispose();

    const executor = await openGpu();
    const trainer = await Trainer.open(executor, options({ seeds: [1, 2] }));
    const events: { readonly kind: string; readonly step: number }[] = [];
    const seen = async function* (): AsyncGenerator<MetricBatch> {
      for await (const b of trainer.train({
        ...o,
        checkpointMs: 1,
        onEvent: (e) => {
          events.push(e);
        },
      })) {
        yield b;
        if (b.steps.at(-1)! >= 150 && events.length === 0) executor.device.destroy();
      }
    };
    // How rows of different plans interleave depends on how submissions were cut; each plan's own order does not.
    const ofPlan = (all: typeof expectedRows, plan: string): typeof expectedRows => all.filter(([p]) => p === plan);
    const got = await collect(seen());
    for (const plan of ['step', 'eval']) expect(ofPlan(got, plan), plan).toEqual(ofPlan(expectedRows, plan));
    expect(events.map((e) => e.kind)).toEqual(['recovered']);
    expect(events[0]!.step).toBeGreaterThan(0);
    console.log(`recovered from the checkpoint at step ${events[0]!.step}`);
    for (const [i, v] of STATE.entries()) expect(await bits(trainer.session, v), v).toEqual(expected[i]);

    executor.dispose();
  });
});

/** Three replicas of the given rates: what is reported of them, and the losses of the outer two. */
const diverging = async (lr: readonly number[]): Promise<{ readonly errors: readonly string[]; readonly losses: readonly number[] }> => {
  using trainer = await Trainer.open(gpu, options({ optimiser: sgd({ lr }), seeds: [1, 2, 3] }));
  const errors: string[] = [];
  const losses: number[] = [];
  for await (const row of rows(trainer.train({ steps: 12 }))) {
    errors.push(...row.nonFinite.map((e) => e.message));
    losses.push(row.metrics['loss']![0]!, row.metrics['loss']![2]!);
  }
  return { errors, losses };
};

describe('the course of a run', () => {
  it('probes at exactly the steps asked for, once each, also when a run is continued', async () => {
    using trainer = await Trainer.open(gpu, options());
    const probes = [{ plan: 'eval', every: 4, at: [1, 7] }];
    const stepsOf = (all: Awaited<ReturnType<typeof collect>>, plan: string): readonly number[] =>
      all.filter(([p]) => p === plan).map(([, s]) => s);
    const first = await collect(trainer.train({ steps: 8, probes }));
    expect(stepsOf(first, 'eval')).toEqual([0, 1, 4, 7, 8]);
    expect(stepsOf(first, 'step')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const second = await collect(trainer.train({ steps: 6, probes }));
    expect(stepsOf(second, 'eval')).toEqual([12]);
    expect(stepsOf(second, 'step')).toEqual([8, 9, 10, 11, 12, 13]);
  });

  it('keeps few submissions in flight, of many steps each, past the end of the metric ring', async () => {
    using trainer = await Trainer.open(gpu, options());
    const { queue } = gpu.device;
    const submit = queue.submit.bind(queue);
    let [submissions, inFlight, most] = [0, 0, 0];
    queue.submit = (buffers) => {
      submissions++;
      most = Math.max(most, ++inFlight);
      void queue.onSubmittedWorkDone().then(() => {
        inFlight--;
      });
      return submit(buffers);
    };
    const steps = 1500;
    expect(trainer.session.plans['step']!.metrics!.slots).toBeLessThan(steps);
    const all = await collect(trainer.train({ steps }));
    queue.submit = submit;
    expect(all.map(([, s]) => s)).toEqual(Array.from({ length: steps }, (_, i) => i));
    console.log(`${steps} steps in ${submissions} submissions, at most ${most} in flight`);
    // The snapshot before the run reads each updated variable by a submission of its own.
    expect(submissions - trainer.session.plans['step']!.updated.length - trainer.session.plans['eval']!.updated.length).toBeLessThan(
      steps / 5,
    );
    expect(most).toBeLessThanOrEqual(MOST_IN_FLIGHT);
  });

  it('stops on abort and on break, and goes on from there', async () => {
    using trainer = await Trainer.open(gpu, options());
    const controller = new AbortController();
    let last = 0;
    for await (const b of trainer.train({ steps: 1e6, signal: controller.signal })) {
      last = b.steps.at(-1)!;
      if (last > 20) controller.abort();
    }
    expect(trainer.session.stepsDone).toBe(last + 1);
    for await (const _ of trainer.train({ steps: 1e6 })) break;
    const from = trainer.session.stepsDone;
    expect(from).toBeGreaterThan(last + 1);
    expect((await collect(trainer.train({ steps: 3 }))).map(([, s]) => s)).toEqual([from, from + 1, from + 2]);
    expect((await trainer.session.read('step')).data[0]).toBe(from + 3);
  });

  it('pauses, lets single steps through, and resumes', async () => {
    using trainer = await Trainer.open(gpu, options());
    let [paused, allowed, wake] = [true, 2, (): void => undefined];
    const control: TrainControl = {
      get paused() {
        return paused;
      },
      takeSingleStep: () => allowed-- > 0,
      takeRest: () => false,
      whenResumed: () =>
        new Promise((resume) => {
          wake = resume;
        }),
    };
    const seen: number[] = [];
    const run = (async () => {
      for await (const b of trainer.train({ steps: 10, control })) seen.push(...b.steps);
    })();
    await expect.poll(() => allowed).toBe(-1);
    expect(seen).toEqual([0, 1]);
    paused = false;
    wake();
    await run;
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('names the replica that diverges, its step and value once; the others keep their bits', async () => {
    const good = await diverging([0.1, 0.1, 0.1]);
    const bad = await diverging([0.1, 1e30, 0.1]);
    expect(good.errors).toEqual([]);
    expect(bad.errors).toHaveLength(1);
    expect(bad.errors[0]).toMatch(/^replica 1: 'loss' became (NaN|Infinity|-Infinity) at step [12]\. The other replicas go on/);
    expect(bad.losses).toEqual(good.losses);
  });
});
