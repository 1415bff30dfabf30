/** On what a kernel is checked: which option sets, shapes, replica counts and kinds of numbers. */
import type { Dims, Kernel, Options, Oracle } from '../../shaders/kernel';

export interface Trial {
  readonly dims: Dims;
  readonly R: number;
  readonly integers: boolean;
  /** Chooses random values and which bindings are shared or padded. */
  readonly seed: number;
  /** What is planted among the f32 inputs, reals: each replica has it in a few places of another input. Absent: nothing. */
  readonly planted?: number;
}

/** Whether the adapter offers what the kernel needs. */
export const runsOn = ({ needs = [] }: Kernel, features: { has(name: string): boolean }): boolean => needs.every((f) => features.has(f));

/** Of a device's limits, what decides which option sets it can run. */
export type Bindable = Pick<GPUSupportedLimits, 'maxStorageBuffersPerShaderStage'>;

/** What every adapter offers. */
export const EVERY_ADAPTER: Bindable = { maxStorageBuffersPerShaderStage: 8 };

/** Every combination of a kernel's option values. */
export const optionSets = (kernel: Kernel): readonly Options[] =>
  Object.entries(kernel.options).reduce<readonly Options[]>(
    (sets, [name, values]) => sets.flatMap((set) => values.map((v) => ({ ...set, [name]: v }))),
    [{}],
  );

/** Every `n` of the entries, in order, the same one several times included: so fewer than `n` are covered with them. */
const choose = (entries: readonly string[], n: number): readonly string[] =>
  n === 1 ? entries : entries.flatMap((e, i) => choose(entries.slice(i), n - 1).map((rest) => `${e}|${rest}`));

/** A part of `sets`, chosen greedily, in which every `strength` option values that occur together in `sets` still do. */
export const covering = (sets: readonly Options[], strength = 3): readonly Options[] => {
  const all = sets.map((set) => ({
    set,
    groups: choose(
      Object.entries(set).map(([name, value]) => `${name}=${value}`),
      strength,
    ),
  }));
  const missing = new Set(all.flatMap(({ groups }) => groups));
  const gain = (groups: readonly string[]): number => groups.filter((g) => missing.has(g)).length;
  const chosen: Options[] = [];
  while (missing.size > 0) {
    const best = all.map(({ set, groups }) => ({ set, groups, gain: gain(groups) })).reduce((a, b) => (b.gain > a.gain ? b : a));
    chosen.push(best.set);
    for (const g of best.groups) missing.delete(g);
  }
  return chosen;
};

/** Whether the oracle promises exact results on small integers under these options. */
const exactOn = ({ exactOnIntegers: e }: Oracle, o: Options): boolean => (typeof e === 'function' ? e(o) : e);

/** Numbers to plant. */
const ODDITIES = [NaN, Infinity, -Infinity];

/**
 * All trials of one option set: R = 1 and 3, reals and (where they must be exact) integers; then R = 3 with NaN and with either infinity among the reals.
 * `cases`: those of the oracle's to use.
 */
export const trialsOf = (oracle: Oracle, options: Options, cases: readonly Dims[] = oracle.cases): readonly Trial[] =>
  cases.flatMap((dims, c) => {
    if (oracle.kernel.valid?.(dims, options) === false) return [];
    const kinds = exactOn(oracle, options) ? [false, true] : [false];
    const takesFloats = oracle.kernel.bindings(options).some((b) => b.dtype === 'f32' && b.access !== 'write');
    return [
      ...kinds.flatMap((integers, k) => [1, 3].map((R) => ({ dims, R, integers, seed: 6 * c + 2 * k + R }))),
      ...(takesFloats ? ODDITIES.map((planted, p) => ({ dims, R: 3, integers: false, seed: 6 * c + 5 + 2 * p, planted })) : []),
    ];
  });

/** The option sets that can serve at least one of the oracle's cases, and that bind no more storage buffers than the device allows. */
export const servedSets = (oracle: Oracle, { maxStorageBuffersPerShaderStage: most }: Bindable): readonly Options[] =>
  optionSets(oracle.kernel).filter((o) => oracle.kernel.bindings(o).length <= most && trialsOf(oracle, o).length > 0);
