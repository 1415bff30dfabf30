/** The self-test of an adapter: every kernel against its float64 oracle, on as few option sets and shapes as say something about each. */
import { ORACLES } from '../../shaders/index';
import type { Dims, Options, Oracle } from '../../shaders/kernel';
import { DeviceLostError } from '../core/errors';
import { checkKernel, type Outcome } from './kernelCheck';
import { covering, runsOn, servedSets, trialsOf, type Trial } from './kernelCheckCases';
import { Scheduler } from './scheduler';

export interface KernelResult extends Outcome {
  readonly kernel: string;
  /** Option sets tried, of so many that the kernel has and the device can bind. */
  readonly sets: number;
  readonly allSets: number;
  readonly ms: number;
}
export interface SelfTestOptions {
  /** Default: every registered one. */
  readonly oracles?: readonly Oracle[];
}

/** Kernels with more option sets than this are thinned to those that hold every two option values together. */
const MANY = 4;
/** Shapes a set is tried on: the first that it can serve, the last, and one between, on which alone something is planted. */
const SHAPES = 3;

const spread = <T>(list: readonly T[], n: number): readonly T[] =>
  list.length <= n ? list : Array.from({ length: n }, (_, i) => list[Math.round((i * (list.length - 1)) / (n - 1))]!);

const fewTrials =
  (oracle: Oracle) =>
  (options: Options): readonly Trial[] => {
    const served = oracle.cases.filter((dims: Dims) => oracle.kernel.valid?.(dims, options) !== false);
    const shapes = spread(served, SHAPES);
    const middle = shapes[Math.floor(shapes.length / 2)];
    return trialsOf(oracle, options, shapes).filter(({ dims, planted }) => planted === undefined || dims === middle);
  };

const testKernel = async (device: GPUDevice, oracle: Oracle): Promise<KernelResult> => {
  const started = performance.now();
  const all = servedSets(oracle, device.limits);
  const sets = all.length > MANY ? covering(all, 2) : all;
  const outcome = await checkKernel(device, oracle, sets, fewTrials(oracle));
  return { kernel: oracle.kernel.name, sets: sets.length, allSets: all.length, ...outcome, ms: performance.now() - started };
};

/**
 * One result per oracle, in order, those left out whose kernel needs what the device lacks. A wrong value, a rejected dispatch or a shader that does not compile is in its kernel's result and
 * the test goes on. Throws DeviceLostError, after which no more results come. Ends early where the caller stops iterating.
 */
export async function* selfTest(
  device: GPUDevice,
  { oracles = ORACLES }: SelfTestOptions = {},
): AsyncGenerator<KernelResult, void, undefined> {
  const scheduler = new Scheduler(device);
  for (const oracle of oracles.filter(({ kernel }) => runsOn(kernel, device.features))) {
    try {
      yield await testKernel(device, oracle);
    } catch (cause) {
      if (!(await scheduler.isLost())) throw cause;
      const why = scheduler.lost?.message || 'no reason given';
      throw new DeviceLostError(
        `the device was lost while '${oracle.kernel.name}' was tested: ${why}. Results of the kernels before it stand`,
        { cause },
      );
    }
  }
}
