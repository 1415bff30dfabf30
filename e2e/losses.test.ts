/** A device that is lost at any call of WebGPU: the run goes on, on another, with the bits of one that was left alone. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeviceLostError } from '../src/core/errors';
import { stream } from '../src/core/random';
import { add, addInt, constant, mul, sum, variable } from '../src/ops/index';
import { plan } from '../src/plan/index';
import { metric, type Executor, type TrainEvent } from '../src/runtime/executor';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Counts the calls of every device that is opened from now on, and destroys the device before or after those whose number is asked for. */
class Fate {
  calls = 0;
  readonly counts = new Map<string, number>();
  constructor(
    private readonly at: ReadonlySet<number>,
    private readonly before: boolean,
  ) {
    const { gpu } = navigator;
    const requestAdapter = gpu.requestAdapter.bind(gpu);
    vi.spyOn(gpu, 'requestAdapter').mockImplementation(async (o) => {
      const adapter = (await requestAdapter(o))!;
      const requestDevice = adapter.requestDevice.bind(adapter);
      Object.defineProperty(adapter, 'requestDevice', {
        value: async (d: GPUDeviceDescriptor) => {
          const device = await requestDevice(d);
          this.#watch(device, device, [
            'createBuffer',
            'createComputePipelineAsync',
            'createBindGroup',
            'popErrorScope',
            'createCommandEncoder',
          ]);
          this.#watch(device, device.queue, ['submit', 'writeBuffer', 'onSubmittedWorkDone']);
          const createBuffer = device.createBuffer.bind(device);
          device.createBuffer = (b) => {
            const buffer = createBuffer(b);
            this.#watch(device, buffer, ['mapAsync']);
            return buffer;
          };
          return device;
        },
      });
      return adapter;
    });
  }
  #watch(device: GPUDevice, object: object, methods: readonly string[]): void {
    for (const name of methods) {
      const method = (Reflect.get(object, name) as (...args: unknown[]) => unknown).bind(object);
      Object.defineProperty(object, name, {
        configurable: true,
        writable: true,
        value: (...args: unknown[]) => {
          const dies = this.at.has(this.calls++);
          this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
          if (dies && this.before) device.destroy();
          const result = method(...args);
          if (dies && !this.before) device.destroy();
          return result;
        },
      });
    }
  }
}

/** Every kind of call, with state that each leaves for the next. */
const program = async (executor: Executor, events: TrainEvent[]): Promise<readonly (readonly [string, readonly number[]])[]> => {
  const out: [string, readonly number[]][] = [];
  const [x, k, step] = [variable('x', [2]), variable('k', []), variable('step', [], { dtype: 'u32', perReplica: false })];
  const updates = [
    [x, add(mul(x, 0.5), k)],
    [step, addInt(step, constant(1, 'u32'))],
  ] as const;
  using session = await executor.open(
    {
      step: plan({ name: 'step', counter: step, metrics: { x: sum(x) }, updates }),
      look: plan({ name: 'look', metrics: { double: mul(sum(x), 2) } }),
      nudge: plan({ name: 'nudge', outputs: { twice: mul(x, 2) }, updates: [[x, add(x, 0.25)]] }),
    },
    { onEvent: (e) => events.push(e) },
  );
  session.write('x', Float32Array.of(1, 2));
  for (const value of [0.1, 0.7, -0.3]) {
    session.write('k', Float32Array.of(value));
    const legs: [string, readonly number[]][] = [];
    for await (const b of session.train({
      step: 'step',
      steps: 30,
      checkpointMs: 5,
      submissionMs: 2,
      probes: [{ plan: 'look', every: 7 }],
    }))
      for (const [i, s] of b.steps.entries())
        legs.push([`${b.plan} ${String(s).padStart(3)}`, b.names.map((name) => metric(b, i, name, 0))]);
    // How the rows of different plans interleave depends on how submissions were cut; each plan's own order does not.
    out.push(...legs.filter(([name]) => name.startsWith('step')), ...legs.filter(([name]) => name.startsWith('look')));
    for (let i = 0; i < 2; i++) out.push(['nudged', [...(await session.run('nudge'))['twice']!.data]]);
    out.push(['x', [...(await session.read('x')).data]]);
  }
  const file = await session.checkpoint();
  session.write('x', Float32Array.of(5, 6));
  await session.run('nudge');
  session.restore(file);
  out.push(['restored', [...(await session.read('x')).data, session.stepsDone]]);
  return out;
};
const performed = async (executor: GpuExecutor) => {
  const events: TrainEvent[] = [];
  const rows = await program(executor, events);
  return { rows, events };
};

describe('a device that is lost', () => {
  it('at any call, before it or after, once or thrice, is replaced: the same bits', async () => {
    const undisturbed = new Fate(new Set(), true);
    using executor = await openGpu();
    const { rows, events } = await performed(executor);
    expect(events).toEqual([]);
    vi.restoreAllMocks();
    // Compiling, allocating, writing, submitting and reading are all among the calls.
    expect([...undisturbed.counts.keys()].toSorted()).toEqual([
      'createBindGroup',
      'createBuffer',
      'createCommandEncoder',
      'createComputePipelineAsync',
      'mapAsync',
      'popErrorScope',
      'submit',
      'writeBuffer',
    ]);
    const choose = stream(11, 1);
    const draw = (i: number): number => choose.bits(i) % undisturbed.calls;
    const fates = Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? [draw(3 * i), draw(3 * i + 1), draw(3 * i + 2)] : [draw(3 * i)]));
    let lost = 0;
    for (const [i, at] of fates.entries()) {
      const fate = new Fate(new Set(at), i % 2 === 0);
      using other = await openGpu({ pauses: [0, 0, 0, 0, 0, 0] });
      const found = await performed(other);
      expect(found.rows, `lost at ${at.join(', ')} of ${undisturbed.calls}`).toEqual(rows);
      lost += at.filter((call) => call < fate.calls).length;
      vi.restoreAllMocks();
    }
    // How many calls there are depends on how submissions are cut.
    expect(lost).toBeGreaterThan(fates.length / 2);
  });

  it('has a moment to go back to, however often a plan that changes variables is run', async () => {
    using executor = await openGpu();
    const x = variable('x', [2]);
    using session = await executor.open({ grow: plan({ outputs: { y: mul(x, 1) }, updates: [[x, add(mul(x, 0.99), 1)]] }) });
    session.write('x', Float32Array.of(0, 50));
    for (let i = 0; i < 300; i++) await session.run('grow');
    const undisturbed = [...(await session.read('x')).data];
    executor.device.destroy();
    await executor.device.lost;
    // Only what came after the moment is done again.
    const submit = vi.spyOn(GPUQueue.prototype, 'submit');
    expect([...(await session.read('x')).data]).toEqual(undisturbed);
    expect(submit.mock.calls.length).toBeGreaterThan(0);
    expect(submit.mock.calls.length).toBeLessThan(256);
  });

  it('is given up after repeated losses without a checkpoint between, and said how often', async () => {
    using executor = await openGpu({ pauses: [0, 0, 0] });
    const x = variable('x', [4]);
    using session = await executor.open({ p: plan({ outputs: { y: add(x, 1) } }) });
    session.write('x', Float32Array.of(1, 2, 3, 4));
    // Each answer is a checkpoint: the count starts again.
    for (let i = 0; i < 5; i++) {
      executor.device.destroy();
      expect([...(await session.run('p'))['y']!.data]).toEqual([2, 3, 4, 5]);
    }
    const doomed = new Fate(new Set(Array.from({ length: 1000 }, (_, i) => i)), true);
    executor.device.destroy();
    const error = await session.run('p').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DeviceLostError);
    expect((error as Error).message).toMatch(/lost 4 times with no checkpoint between/);
    expect((error as Error).message).not.toMatch(/reload/i);
    expect(doomed.calls).toBeGreaterThan(0);
  });

  it('is asked for again until there is one, with growing pauses, and then given up with the reason', async () => {
    using executor = await openGpu({ pauses: [0, 5, 5, 5] });
    using session = await executor.open({ p: plan({ outputs: { y: add(variable('x', [1]), 1) } }) });
    session.write('x', Float32Array.of(1));
    const { gpu } = navigator;
    const requestAdapter = gpu.requestAdapter.bind(gpu);
    let asked = 0;
    vi.spyOn(gpu, 'requestAdapter').mockImplementation(async (o) => (++asked < 4 ? null : requestAdapter(o)));
    executor.device.destroy();
    expect([...(await session.read('x')).data]).toEqual([1]);
    expect(asked).toBe(4);
    asked = -10;
    executor.device.destroy();
    await expect(session.read('x')).rejects.toThrow(/no other could be opened in 4 attempts \(.*no adapter/);
  });
});
