/** Steps at which things are measured. */

/** Whole numbers from 0 to `last`: 0, 1, then about `perDecade` a decade. */
export const logMarks = (last: number, perDecade: number): readonly number[] => {
  const log = Array.from({ length: 9 * perDecade }, (_, i) => Math.round(10 ** (i / perDecade)));
  return [...new Set([0, ...log, last])].filter((s) => s <= last).toSorted((a, b) => a - b);
};
