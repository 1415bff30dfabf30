/** Timing of work whose length is known by construction, and what the check of a kernel finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORACLES } from '../../../shaders/index';
import type { Dims, Kernel, Options } from '../../../shaders/kernel';
import { GPURunError } from '../../core/errors';
import type { HostTensor } from '../executor';
import { openGpu, type GpuExecutor } from '../gpu';
import { GpuSession } from '../gpuSession';
import { checkKernelRun, kernelInputs, kernelPlan, type KernelWork } from './kernelPlan';
import { calibrate, clockStep, samplesFor, timePairs } from './pairs';
import { GpuTimer } from './timer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const kernelNamed = (name: string): Kernel => ORACLES.find((o) => o.kernel.name === name)!.kernel;
const workOf = (name: string, dims: Dims, options: Options = {}, replicas = 1): KernelWork => {
  const kernel = kernelNamed(name);
  return {
    kernel,
    dims,
    replicas,
    options: { ...Object.fromEntries(Object.entries(kernel.options).map(([key, values]) => [key, values[0]!])), ...options },
  };
};

/** A machine that takes `once` and then `each` a repetition, by its own clock. */
const machine = (once: number, each: number) => {
  const counts: number[] = [];
  return {
    counts,
    run: async (count: number): Promise<number> => {
      counts.push(count);
      return once + each * count;
    },
  };
};
describe('pairs of runs', () => {
  it('find the time of one repetition, whatever a run costs', async () => {
    const { run } = machine(7, 0.25);
    const seconds = await timePairs(run, 10, 10_000, { budgetMs: 100 });
    // Times are multiples of a quarter: the slope is exact.
    expect(new Set(seconds)).toEqual(new Set([0.25 / 1000]));
    expect(seconds.length).toBeGreaterThanOrEqual(5);
  });
  it('repeat until a run is long enough, but not more often than allowed', async () => {
    expect((await calibrate(machine(0, 0.5).run, 10, 10_000)).ms).toBeGreaterThanOrEqual(10);
    expect(await calibrate(machine(0, 0).run, 10, 100)).toEqual({ count: 100, ms: 0 });
  });
  it('take few samples of what is slow, and do not go on after a stop', async () => {
    expect(samplesFor(1000, 100)).toBe(3);
    expect(samplesFor(1, 100)).toBe(31);
    const { run, counts } = machine(0, 1000);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(timePairs(run, 10, 100, { budgetMs: 100, signal: stop.signal })).rejects.toThrow('enough');
    expect(counts).toEqual([1, 1]); // warm-up and calibration
  });
  it('know the step of the clock', () => expect(clockStep()).toBeLessThan(3));
});

describe('the timer', () => {
  it('times dispatches, and more work takes longer', async () => {
    const timer = await GpuTimer.open(gpu.device);
    const medians: number[] = [];
    // 64 times the work: more than any scatter of a busy machine.
    for (const rounds of [4, 256]) {
      const work = workOf('multiplyAdd', { n: 4096, rounds });
      using session = await gpu.open({ run: kernelPlan(work) });
      const { seconds, method } = await timer.time((session as GpuSession).ready('run'), { budgetMs: 50 });
      if (method === 'timestamps') expect(timer.clock.timestampNs).toBeGreaterThan(0);
      medians.push(seconds.median);
    }
    timer.dispose();
    expect(medians[0]).toBeGreaterThan(0);
    expect(medians[1]).toBeGreaterThan(medians[0]!);
  });
  it('throws for what WebGPU rejects, which would seem to take no time', async () => {
    const timer = await GpuTimer.open(gpu.device);
    using session = await gpu.open({ run: kernelPlan(workOf('copy', { n: 64 })) });
    const [right] = (session as GpuSession).ready('run');
    await expect(timer.time([{ ...right!, x: 10 * gpu.device.limits.maxComputeWorkgroupsPerDimension }], { budgetMs: 10 })).rejects.toThrow(
      GPURunError,
    );
    timer.dispose();
  });
});

/** Runs a kernel, lets `change` meddle with what it wrote, and checks. */
const check = async (work: KernelWork, change?: (results: Readonly<Record<string, HostTensor>>) => void) => {
  const inputs = kernelInputs(work);
  using session = await gpu.open({ run: kernelPlan(work) });
  for (const [name, data] of Object.entries(inputs)) session.write(name, data);
  const results = await session.run('run');
  change?.(results);
  return checkKernelRun(work, inputs, results);
};

describe('the check of what is timed', () => {
  it.each<readonly [string, Dims, Options, number]>([
    ['matmul', { batch: 2, M: 20, K: 12, N: 16, strideA: 240, strideB: 0 }, { tailK: false, vecA: true, vecB: true, vecC: true }, 3],
    ['sgd', { n: 64 }, { momentum: true }, 1],
    ['gram', { n: 9, m: 7, T: 1, p: 4, q: 4 }, { accumulate: true, vec: true }, 2],
    ['scatterAdd', { n: 30, D: 4, V: 5 }, {}, 1],
  ])('compares all of a small %s', async (name, dims, options, replicas) => {
    const { checked, total, failures } = await check(workOf(name, dims, options, replicas));
    expect(failures).toEqual([]);
    expect(checked).toBe(total);
    expect(total).toBeGreaterThan(0);
  });
  it.each<readonly [string, Dims, Options, string]>([
    ['matmul', { batch: 1, M: 512, K: 512, N: 256, strideA: 0, strideB: 0 }, { transA: true, tailK: false }, 'c'],
    ['matmul', { batch: 1, M: 512, K: 512, N: 256, strideA: 0, strideB: 0 }, { transB: true, tailK: false, tile: '8x8' }, 'c'],
    ['pointwise', { n: 2 ** 19, cols: 512 }, { vec4: true }, 'out0'],
    ['pointwise', { n: 2 ** 19, cols: 512 }, { program: kernelNamed('pointwise').options['program']![1]! }, 'out0'],
    ['softmax', { rows: 2048, C: 128 }, {}, 'out'],
    ['adam', { n: 2 ** 18 }, { decoupled: true }, 'p'],
    ['gather', { n: 4096, D: 64, V: 50 }, {}, 'out'],
    ['copy', { n: 2 ** 19 }, {}, 'out'],
    ['reduce', { outer: 512, K: 4, inner: 512, cols: 512 }, { vec: 'inner' }, 'out'],
  ])('compares parts of a large %s, its ends among them', async (name, dims, options, output) => {
    const work = workOf(name, dims, options);
    const right = await check(work);
    expect(right.failures).toEqual([]);
    expect(right.checked).toBeLessThan(right.total);
    for (const at of [0, -1]) {
      const wrong = await check(work, (results) => {
        const { data } = results[output]!;
        data[at < 0 ? data.length + at : at] = 12_345;
      });
      expect(wrong.failures.length, `element ${at}`).toBeGreaterThan(0);
    }
  });
  it('finds what was not written', async () => {
    const { failures } = await check(workOf('uniform', { n: 8, useId: 2 }), ({ out }) => {
      out!.data.fill(NaN);
    });
    expect(failures[0]).toContain('got NaN');
  });
});
