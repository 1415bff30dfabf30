/** Where a log axis is labelled. Pure. */

/** Round steps 1, 2, 5 × 10ᵏ within [low, high], at most `most` of them. */
const linear = (low: number, high: number, most: number): number[] => {
  const rough = (high - low) / most;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
};

/** From this ratio of ends on, 1, 2 and 5 of a decade give three labels at least. */
const NARROW = 10;
/** Up to this ratio 2 and 5 are labelled too. */
const FEW_DECADES = 1000;

/**
 * For 0 < low < high, about `most` at the most and two at least: equal steps where the range is less than a decade; else 1, 2 and 5 of each
 * where there is room; else powers of ten, of which it leaves out all but every second, third, …
 */
export function logTicks(low: number, high: number, most = 8): number[] {
  if (high / low < NARROW) return linear(low, high, most);
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const few = high / low <= FEW_DECADES;
  const every = few ? 1 : Math.ceil((last - first) / most);
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((k) => k % every === 0);
  const of = (mantissas: readonly number[]): number[] =>
    powers.flatMap((k) => mantissas.map((m) => Number(`${m}e${k}`))).filter((v) => v >= low && v <= high);
  const tens = of([1]);
  const finer = few ? of([1, 2, 5]) : tens;
  return finer.length <= most + 2 || tens.length < 2 ? finer : tens;
}
