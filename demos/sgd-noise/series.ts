/** Names of series, and steps at which things are measured: what the page needs without the engine. */
import type { Config } from '../../src/lab/study';
import { list } from './config';

export const betaSeries = (beta: number): string => `b${beta}`;
export const batchLabels = (c: Config): Readonly<Record<string, string>> =>
  Object.fromEntries(list(c, 'batchSizes').map((B) => [`b${B}`, `B = ${B}`]));

/** Whole numbers from 0 to `last`: 0, 1, then about `perDecade` a decade. */
export const logMarks = (last: number, perDecade: number): readonly number[] => {
  const log = Array.from({ length: 9 * perDecade }, (_, i) => Math.round(10 ** (i / perDecade)));
  return [...new Set([0, ...log, last])].filter((s) => s <= last).toSorted((a, b) => a - b);
};
