/** What the norms of one seed's gradients tell of its labels. */
import type { Row } from '../../../src/lab/study';
import { point } from '../training';
import type { Config } from './fields';

/** Bins of the logarithm of the norm, from 10⁻⁴ to 10³; what lies beyond counts into the first and the last. */
const BINS = { low: -4, high: 3, count: 42 } as const;
const WIDTH = (BINS.high - BINS.low) / BINS.count;
const binOf = (norm: number): number => Math.min(BINS.count - 1, Math.max(0, Math.floor((Math.log10(norm) - BINS.low) / WIDTH)));

/** Precision and recall of the `count` largest norms, a seed's own. Ties go to the earlier example. */
const detection = (
  norms: ArrayLike<number>,
  wrong: Uint8Array,
  count: number,
): { readonly precision: number; readonly recall: number; readonly chance: number } => {
  const all = wrong.reduce((s, w) => s + w, 0);
  const hits = Array.from(wrong.keys())
    .toSorted((a, b) => norms[b]! - norms[a]!)
    .slice(0, count)
    .reduce((s, i) => s + wrong[i]!, 0);
  return { precision: hits / count, recall: hits / all, chance: all / wrong.length };
};

/** The histogram of a later epoch replaces that of an earlier one. */
export function* detectionRows(c: Config, epoch: number, seed: number, norms: ArrayLike<number>, wrong: Uint8Array): Generator<Row> {
  const { precision, recall, chance } = detection(norms, wrong, Math.round(c.wrong * wrong.length));
  yield point('detect', 'precision', epoch, seed, precision);
  yield point('detect', 'recall', epoch, seed, recall);
  yield point('detect', 'chance', epoch, seed, chance);
  for (const [series, flag] of [
    ['clean', 0],
    ['wrong', 1],
  ] as const) {
    const counts = new Float64Array(BINS.count);
    const all = wrong.reduce((s, w) => s + Number(w === flag), 0);
    wrong.forEach((w, i) => {
      if (w === flag) counts[binOf(norms[i]!)]! += 1 / all;
    });
    for (const [bin, share] of counts.entries()) yield point('histogram', series, BINS.low + (bin + 0.5) * WIDTH, seed, share);
  }
}
