/** Fewer points where a screen could not show them all. Pure. */
import type { Mark, Range, Trace } from './chartTrace';

/** A trace of more points than this is thinned. */
export const MOST_POINTS = 4000;
/** Stretches of the visible x axis, equally wide on it, of each of which the extremes stay: about one for two pixels of a wide plot. */
const BUCKETS = 500;

/** Right ends of the buckets. */
const edgesOf = ([low, high]: Range, log: boolean): Float64Array => {
  const [a, b] = log ? [Math.log(low), Math.log(high)] : [low, high];
  return Float64Array.from({ length: BUCKETS }, (_, i) => {
    const at = a + ((b - a) * (i + 1)) / BUCKETS;
    return i === BUCKETS - 1 ? high : log ? Math.exp(at) : at;
  });
};

/** First index whose x is at least `at` (`after`: beyond it), in ascending x. */
export const indexFrom = (x: ArrayLike<number>, at: number, after = false): number => {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < at || (after && x[middle] === at)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Of [from, to): of each bucket its least and greatest value and its first and last gap. */
function extremes({ x, y }: Trace, from: number, to: number, edges: Float64Array, keep: (i: number) => void): void {
  let i = from;
  for (const edge of edges) {
    let [least, greatest, gap, lastGap] = [-1, -1, -1, -1];
    let [bottom, top] = [Infinity, -Infinity];
    for (; i < to && x[i]! <= edge; i++) {
      const value = y[i]!;
      if (value === null) {
        if (gap < 0) gap = i;
        lastGap = i;
        continue;
      }
      if (value < bottom) [bottom, least] = [value, i];
      if (value >= top) [top, greatest] = [value, i];
    }
    if (gap < 0) {
      keep(Math.min(least, greatest));
      keep(Math.max(least, greatest));
    } else for (const at of [least, greatest, gap, lastGap].toSorted((a, b) => a - b)) keep(at);
  }
}

/** One of each kind a bucket. */
function thinMarks(marks: readonly Mark[], edges: Float64Array): readonly Mark[] {
  let [bucket, last]: [number, Mark | undefined] = [-1, undefined];
  return marks.filter((mark) => {
    const own = indexFrom(edges, mark.x);
    if (own === bucket && last?.top === mark.top) return false;
    [bucket, last] = [own, mark];
    return true;
  });
}

function thinOne(trace: Trace, [low, high]: Range, edges: Float64Array): Trace {
  const { x, y, lost } = trace;
  if (x.length <= MOST_POINTS) return trace;
  const kept: number[] = [];
  const keep = (i: number): void => {
    if (i >= 0 && i < x.length && i > (kept.at(-1) ?? -1)) kept.push(i);
  };
  const [from, to] = [indexFrom(x, low), indexFrom(x, high, true)];
  keep(0);
  keep(from - 1); // so that the line runs on to the edge
  if (to - from <= MOST_POINTS) for (let i = from; i < to; i++) keep(i);
  else extremes(trace, from, to, edges, keep);
  keep(to);
  keep(x.length - 1);
  return {
    ...trace,
    x: kept.map((i) => x[i]!),
    y: kept.map((i) => y[i]!),
    ...(lost && { lost: { ...lost, marks: thinMarks(lost.marks, edges) } }),
  };
}

/**
 * What is drawn of each trace while `visible` is the range of x: all of a short one; of a long one the first and last point and, within
 * the range, the extremes and gaps of each bucket. Points are left out, never moved or averaged. Counts of what was lost stay.
 */
export const thin = (traces: readonly Trace[], visible: Range, log: boolean): readonly Trace[] => {
  const edges = edgesOf(visible, log);
  return traces.map((t) => thinOne(t, visible, edges));
};
