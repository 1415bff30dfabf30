/** Timing from outside: the same work run a few times and many times, and the slope between the two. */
import { slope } from '../../core/spread';

/** Runs the work `count` times and waits for the end. Milliseconds, by whatever clock. */
export type Run = (count: number) => Promise<number>;
export interface Patience {
  /** Time to spend on samples, in milliseconds; a few are taken however long they last. */
  readonly budgetMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Samples: at least, at most, and where a single one exceeds the budget. */
const [LEAST, MOST, LEAST_SLOW] = [5, 31, 3];
/** Count of the long run over that of the short one; of runs that exceed the budget, the least there is. */
const [LONG, LONG_SLOW] = [3, 2];
const longer = (ms: number, budgetMs: number): number => ((1 + LONG) * ms > budgetMs ? LONG_SLOW : LONG);

/** A count for which `run` lasts at least `targetMs`, at most `most`, and how long it then lasted: NaN where `run` could not say. The first run is a warm-up. */
export const calibrate = async (run: Run, targetMs: number, most: number): Promise<{ readonly count: number; readonly ms: number }> => {
  await run(1);
  for (let count = 1; ;) {
    const ms = await run(count);
    if (!(ms < targetMs) || count >= most) return { count, ms };
    // A clock that has not moved says only that it was too short.
    count = Math.min(most, Math.ceil(count * Math.min(16, Math.max(2, (1.2 * targetMs) / Math.max(ms, 1e-3)))));
  }
};

/** How many samples of `ms` each the budget allows. */
export const samplesFor = (ms: number, budgetMs: number): number =>
  Math.max(ms > budgetMs ? LEAST_SLOW : LEAST, Math.min(MOST, Math.floor(budgetMs / ms)));

/** Seconds for one repetition, from `short` and `long` of them. */
const pair = async (run: Run, short: number, long: number): Promise<number> =>
  slope({ count: short, time: await run(short) }, { count: long, time: await run(long) }) / 1000;

/**
 * Seconds for one repetition of `run`, a sample for each pair of a short and a long run. `targetMs`: of the short one, at least. `most`: repetitions of
 * the long one. Throws what `run` throws, and the signal's reason.
 */
export const timePairs = async (run: Run, targetMs: number, most: number, { budgetMs, signal }: Patience): Promise<readonly number[]> => {
  const { count, ms } = await calibrate(run, targetMs, Math.max(1, Math.floor(most / LONG)));
  const seconds: number[] = [];
  const long = longer(ms, budgetMs) * count;
  for (let left = samplesFor(((count + long) * ms) / count, budgetMs); left > 0; left--) {
    signal?.throwIfAborted();
    seconds.push(await pair(run, count, long));
  }
  return seconds;
};

/** Smallest step that `performance.now` was seen to take within a few milliseconds. */
export const clockStep = (): number => {
  let step = Infinity;
  const began = performance.now();
  for (let last = began; last - began < 3;) {
    const now = performance.now();
    if (now > last) step = Math.min(step, now - last);
    last = now;
  }
  return step;
};
