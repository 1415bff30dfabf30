/** Sessions on the GPU and on the reference: the course of a run, interruptions of every kind, and what is left afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, DeviceLostError, FormatError } from '../core/errors';
import { constant, variable } from '../ops/leaf';
import { add, addInt, mul, toFloat } from '../ops/pointwise';
import { sum } from '../ops/sum';
import { plan, type Plan } from '../plan/index';
import type { Executor, MetricBatch, Session, TrainControl, TrainOptions } from './executor';
import { openGpu, type GpuExecutor } from './gpu';
import { openReference } from './reference';

/** x ← x/2 + step per replica, counted by `step`; the probe measures x, so that every number says when it was taken. */
const plans = (): Readonly<Record<string, Plan>> => {
  const x = variable('x', [4]);
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const common = { replicas: 2 };
  return {
    init: plan({ ...common, name: 'init', updates: [[step, constant(0, 'u32')]] }),
    step: plan({
      ...common,
      name: 'step',
      counter: step,
      metrics: { at: toFloat(step), x: sum(x) },
      updates: [
        [x, add(mul(x, 0.5), toFloat(step))],
        [step, addInt(step, constant(1, 'u32'))],
      ],
    }),
    probe: plan({ ...common, name: 'probe', metrics: { at: toFloat(step) } }),
    other: plan({ ...common, name: 'other', metrics: { x: sum(x) } }),
  };
};
const START = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const open = async (executor: Executor): Promise<Session> => {
  const session = await executor.open(plans());
  session.write('x', START);
  return session;
};
type Row = readonly [plan: string, step: number, ...values: number[]];
const rowsOf = (b: MetricBatch): readonly Row[] =>
  b.steps.map((s, i) => [b.plan, s, ...b.names.map((_, k) => b.data[i * b.names.length + k]!)]);
const collect = async (batches: AsyncIterable<MetricBatch>): Promise<readonly Row[]> => {
  const out: Row[] = [];
  for await (const b of batches) out.push(...rowsOf(b));
  return out;
};
const stepsOf = (all: readonly Row[], name: string): readonly number[] => all.filter(([p]) => p === name).map(([, s]) => s);
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, i) => from + i);
/** Of a run of `n` steps with the probe at `at`, whatever way it went: every row once, in order, and measured when it says. */
const expectCourse = (all: readonly Row[], n: number, at: readonly number[]): void => {
  expect(stepsOf(all, 'step')).toEqual(range(0, n));
  expect(stepsOf(all, 'probe')).toEqual(at);
  for (const [, step, measured] of all) expect(measured).toBe(step);
};

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());
const executors: readonly (readonly [string, () => Executor])[] = [
  ['the GPU', () => gpu],
  ['the reference', openReference],
];

describe.each(executors)('a run on %s', (_, executor) => {
  const probes = [{ plan: 'probe', every: 5, at: [3] }];

  it('measures what is due before, between and after the steps, and not again when continued', async () => {
    using session = await open(executor());
    const first = await collect(session.train({ step: 'step', steps: 10, probes }));
    const second = await collect(session.train({ step: 'step', steps: 7, probes }));
    expectCourse([...first, ...second], 17, [0, 3, 5, 10, 15]);
    expect(stepsOf(first, 'probe')).toEqual([0, 3, 5, 10]);
  });
  it('does nothing for no steps', async () => {
    using session = await open(executor());
    expect(await collect(session.train({ step: 'step', steps: 0, probes }))).toEqual([]);
    expect(session.stepsDone).toBe(0);
  });
  it('stops where it is aborted, with what was due there measured', async () => {
    using session = await open(executor());
    const all: Row[] = [];
    // Ends wherever the submissions end; then whatever the place, nothing is missing and nothing is there twice.
    for (let round = 0; round < 8; round++) {
      const controller = new AbortController();
      for await (const b of session.train({
        step: 'step',
        steps: 1000,
        probes: [{ plan: 'probe', every: 1 }],
        submissionMs: 1,
        signal: controller.signal,
      })) {
        all.push(...rowsOf(b));
        controller.abort();
      }
    }
    expectCourse(all, session.stepsDone, range(0, session.stepsDone + 1));
  });
  it('ends at once when it was aborted before', async () => {
    using session = await open(executor());
    expect(await collect(session.train({ step: 'step', steps: 10, signal: AbortSignal.abort() }))).toEqual([]);
    expect(await collect(session.train({ step: 'step', steps: 1 }))).toHaveLength(1);
  });
  it('ends when it is aborted while paused', async () => {
    using session = await open(executor());
    const controller = new AbortController();
    const control: TrainControl = {
      paused: true,
      takeSingleStep: () => false,
      takeRest: () => false,
      whenResumed: () =>
        new Promise(() => {
          controller.abort();
        }),
    };
    expect(await collect(session.train({ step: 'step', steps: 10, signal: controller.signal, control }))).toEqual([]);
    expect(session.stepsDone).toBe(0);
  });
  it('comes to rest once for a pause that was over before anybody looked', async () => {
    using session = await open(executor());
    let rests = 1;
    const control: TrainControl = {
      paused: false,
      takeSingleStep: () => false,
      takeRest: () => rests-- > 0,
      whenResumed: () => Promise.resolve(),
    };
    const idle: (readonly [boolean, number])[] = [];
    const rows = await collect(
      session.train({
        step: 'step',
        steps: 20,
        submissionMs: 1,
        control,
        onIdle: async (paused) => {
          idle.push([paused, session.stepsDone]);
        },
      }),
    );
    expect(stepsOf(rows, 'step')).toEqual(range(0, 20));
    expect(idle).toEqual([[true, 0]]);
  });
  it('leaves the session usable when the consumer stops listening between batches of one submission', async () => {
    using session = await open(executor());
    const two: TrainOptions = {
      step: 'step',
      steps: 1000,
      probes: [
        { plan: 'probe', every: 1 },
        { plan: 'other', every: 2 },
      ],
    };
    for (let round = 0; round < 6; round++) for await (const _ of session.train(two)) break;
    const from = session.stepsDone;
    const rest = await collect(session.train({ ...two, steps: 20 }));
    expect(stepsOf(rest, 'step')).toEqual(range(from, from + 20));
    expect(rest.filter(([p]) => p !== 'other').every(([, step, measured]) => step === measured)).toBe(true);
    expect((await session.read('step')).data[0]).toBe(from + 20);
  });
  it('finds its rows after another plan has set the counter back, and after plans run by hand', async () => {
    using session = await open(executor());
    await collect(session.train({ step: 'step', steps: 5 }));
    await session.run('init');
    await session.run('step');
    await session.run('probe');
    const rows = await collect(session.train({ step: 'step', steps: 4, probes: [{ plan: 'probe', every: 1 }] }));
    // The session has done 5 steps; the counter stood at 1.
    expect(rows.filter(([p]) => p === 'step').map(([, step, at]) => step - at!)).toEqual([4, 4, 4, 4]);
    expect(rows.filter(([p]) => p === 'probe').map(([, step, at]) => step - at!)).toEqual([4, 4, 4, 4]);
  });
  it('keeps going past the end of its rings, probes included', async () => {
    using session = await open(executor());
    const slots = session.plans['step']!.metrics!.slots;
    const n = slots + 50;
    expectCourse(
      await collect(session.train({ step: 'step', steps: n, probes: [{ plan: 'probe', every: 1 }], submissionMs: 10_000 })),
      n,
      range(0, n + 1),
    );
  });
  it('runs several step plans together', async () => {
    using session = await open(executor());
    const rows = await collect(session.train({ step: ['step', 'other'], steps: 3 }));
    expect(stepsOf(rows, 'other')).toEqual([0, 1, 2]);
  });
  it.each<readonly [string, TrainOptions, string]>([
    ['a number of steps that is none', { step: 'step', steps: Number.NaN }, 'steps is NaN'],
    ['half a step', { step: 'step', steps: 0.5 }, 'steps is 0.5'],
    ['a plan that is not there', { step: 'stop', steps: 1 }, "no plan 'stop'; there are init, step, probe, other"],
    ['a probe that is not there', { step: 'step', steps: 1, probes: [{ plan: 'prob', every: 1 }] }, "no plan 'prob'"],
    ['a probe every 0 steps', { step: 'step', steps: 1, probes: [{ plan: 'probe', every: 0 }] }, 'must be a whole number from 1'],
  ])('refuses %s', async (_, options, message) => {
    using session = await open(executor());
    expect(() => session.train(options)).toThrow(ConfigError);
    expect(() => session.train(options)).toThrow(message);
  });
  it('refuses values of the wrong size, type or name, and a broken checkpoint, leaving everything as it was', async () => {
    using session = await open(executor());
    const file = await session.checkpoint();
    expect(() => session.write('x', new Float32Array(3))).toThrow('takes 4 or 8 (2 replicas) values, got 3');
    expect(() => session.write('step', Float32Array.of(1))).toThrow("'step' takes a Uint32Array");
    expect(() => session.write('y', new Float32Array(4))).toThrow("no variable 'y'");
    expect(() => session.restore(file.slice(0, -4))).toThrow(FormatError);
    await expect(session.run('nothing')).rejects.toThrow("no plan 'nothing'");
    expect([...(await session.read('x')).data]).toEqual([...START]);
  });
  it('refuses everything once disposed of, also in mid-run; disposing twice does nothing', async () => {
    const session = await open(executor());
    const midway = async (): Promise<void> => {
      for await (const _ of session.train({ step: 'step', steps: 1e6 })) session.dispose();
    };
    await expect(midway()).rejects.toThrow('this session was disposed of');
    session.dispose();
    expect(() => session.write('x', START)).toThrow(ConfigError);
    expect(() => session.train({ step: 'step', steps: 1 })).toThrow(ConfigError);
    expect(() => session.restore(new Uint8Array())).toThrow(ConfigError);
    await expect(session.read('x')).rejects.toThrow(ConfigError);
    await expect(session.run('step')).rejects.toThrow(ConfigError);
    await expect(session.checkpoint()).rejects.toThrow(ConfigError);
    // Others on the same device do not notice.
    using next = await open(executor());
    expect(await collect(next.train({ step: 'step', steps: 2 }))).toHaveLength(2);
  });
  it('refuses a session of plans whose variables disagree', async () => {
    const p = plan({ name: 'p', outputs: { y: sum(variable('x', [4])) } });
    const q = plan({ name: 'q', outputs: { y: sum(variable('x', [8])) } });
    await expect((async () => executor().open({ p, q }))()).rejects.toThrow("variable 'x' is f32 [4]×1 in one plan and f32 [8]×1 in 'q'");
  });
});

/** By plan and step, as executors hand out batches in different orders; x is halved 12 times, and exact in f32 as long. */
const exact = (all: readonly Row[]): readonly Row[] => all.filter(([p, s]) => p === 'probe' || s < 12).toSorted(byPlanAndStep);
const byPlanAndStep = (r: Row, s: Row): number => r[0].localeCompare(s[0]) || r[1] - s[1];
it('both executors take the same course, row by row', async () => {
  using a = await open(gpu);
  using b = await open(openReference());
  const o = { step: 'step', steps: 30, probes: [{ plan: 'probe', every: 7 }] };
  expect(exact(await collect(a.train(o)))).toEqual(exact(await collect(b.train(o))));
});

it('checkpoints move between the executors', async () => {
  using a = await open(gpu);
  using b = await open(openReference());
  await collect(a.train({ step: 'step', steps: 3 }));
  b.restore(await a.checkpoint());
  expect([...(await b.read('x')).data]).toEqual([...(await a.read('x')).data]);
  await collect(b.train({ step: 'step', steps: 2 }));
  a.restore(await b.checkpoint());
  expect(a.stepsDone).toBe(5);
  expect((await collect(a.train({ step: 'step', steps: 1 })))[0]!.slice(0, 3)).toEqual(['step', 5, 5]);
});

describe('a lost device', () => {
  it('between calls is replaced: what was trained, written and run before is there, and the executor opens the next session on it', async () => {
    using executor = await openGpu();
    const trained = async (lose: () => void): Promise<readonly unknown[]> => {
      const session = await open(executor);
      await collect(session.train({ step: 'step', steps: 4 }));
      lose();
      const after = await session.run('step');
      lose();
      const { data } = await session.read('x');
      lose();
      const rows = await collect(session.train({ step: 'step', steps: 1 }));
      lose();
      session.restore(await session.checkpoint());
      return [after, [...data], rows, session.stepsDone, [...(await session.read('x')).data]];
    };
    const before = executor.device;
    const undisturbed = await trained(() => undefined);
    expect(await trained(() => executor.device.destroy())).toEqual(undisturbed);
    expect(executor.device).not.toBe(before);
  });
  it('is not replaced where the executor was disposed of', async () => {
    const executor = await openGpu();
    const session = await open(executor);
    const midway = async (): Promise<void> => {
      for await (const _ of session.train({ step: 'step', steps: 1e6 })) executor.dispose();
    };
    await expect(midway()).rejects.toThrow(DeviceLostError);
    await expect(executor.open(plans())).rejects.toThrow('this executor was disposed of');
  });
});

it('gives back what it allocated when a plan cannot be made ready', async () => {
  const { device } = gpu;
  const alive = new Set<GPUBuffer>();
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (d) => {
    const buffer = createBuffer(d);
    const destroy = buffer.destroy.bind(buffer);
    alive.add(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  try {
    // More replicas than a grid may have workgroups along z.
    const tooMany = device.limits.maxComputeWorkgroupsPerDimension + 1;
    const p = plan({ name: 'p', replicas: tooMany, outputs: { y: add(variable('x', []), 1) } });
    await expect(gpu.open({ p })).rejects.toThrow(`this adapter allows ${tooMany - 1} on a side`);
    expect(alive.size).toBe(0);
    using session = await gpu.open(plans());
    expect(alive.size).toBeGreaterThan(0);
    session.dispose();
    expect(alive.size).toBe(0);
  } finally {
    device.createBuffer = createBuffer;
  }
});
