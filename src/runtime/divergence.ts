/**
 * Networks that are lost: the first metric of a replica that is NaN or infinite. A trainer watches all that it hands out, steps, evaluations and
 * sharpness alike, and tells of each replica once.
 *
 * What is evaluated of a lost network is NaN: where a set's outputs are not finite, or its loss is not, all of the set's metrics are. An error rate there
 * would be a number about nothing (argmax of NaN is some class), and would be averaged with those of networks that learned. The outputs are looked at
 * themselves, by a metric of the plan that is not handed out.
 */
import { NonFiniteError } from '../core/errors';
import { metric, type MetricBatch } from './executor';

/** Of each set of an evaluation, the sum of the squares of all outputs. */
export const OUTPUTS = '‖outputs‖²';

/** Remembers which replicas have diverged, and names each once: the first of the plan's metrics, in order, that is not finite. */
export class FiniteWatch {
  private readonly gone = new Set<number>();
  /** `advice`: what to do about it, for the message. */
  check(b: MetricBatch, row: number, advice?: string): readonly NonFiniteError[] {
    const found: NonFiniteError[] = [];
    for (let r = 0; r < b.replicas; r++) {
      if (this.gone.has(r)) continue;
      const name = b.names.find((n) => !Number.isFinite(metric(b, row, n, r)));
      if (name === undefined) continue;
      this.gone.add(r);
      found.push(new NonFiniteError(r, b.steps[row]!, name, metric(b, row, name, r), advice));
    }
    return found;
  }
  /** Of all rows of a batch. */
  checkAll(b: MetricBatch, advice?: string): readonly NonFiniteError[] {
    if (this.gone.size === b.replicas || b.data.every(Number.isFinite)) return [];
    return b.steps.flatMap((_, row) => this.check(b, row, advice));
  }
  /** Replicas begin anew: with other parameters, say. */
  reset(): void {
    this.gone.clear();
  }
}

const setOf = (name: string): string => name.slice(0, name.indexOf('.'));
/**
 * An evaluation as it is handed out: without the squares of outputs, and NaN for the sets of lost networks. `losses`: names of the objectives that are
 * the loss itself. Other batches are handed out as they are.
 */
export const handedOut = (b: MetricBatch, losses: ReadonlySet<string>): MetricBatch => {
  const names = b.names.filter((name) => !name.endsWith(`.${OUTPUTS}`));
  if (names.length === b.names.length) return b;
  const telling = b.names.filter((name) => !names.includes(name) || losses.has(name.slice(name.indexOf('.') + 1)));
  const size = b.replicas * b.steps.length * names.length;
  const data = b.data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size);
  let at = 0;
  for (let r = 0; r < b.replicas; r++)
    for (const row of b.steps.keys()) {
      const lost = new Set(telling.filter((name) => !Number.isFinite(metric(b, row, name, r))).map(setOf));
      for (const name of names) data[at++] = lost.has(setOf(name)) ? NaN : metric(b, row, name, r);
    }
  return { ...b, names, data };
};
