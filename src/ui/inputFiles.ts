/** Which input a file belongs to, by its name's ending. */
import type { InputSpec } from '../lab/study';

/** Whether `name` ends in one of the endings, which are separated by commas; case does not count. */
export const isAccepted = (accept: string, name: string): boolean =>
  accept.split(',').some((ending) => name.toLowerCase().endsWith(ending.trim().toLowerCase()));

/**
 * The first input that accepts a file of this name and has none yet; else the first that accepts it and is not in `barred` (those that
 * the same drop has filled). Undefined where there is none.
 */
export const inputFor = (
  specs: readonly (readonly [string, InputSpec])[],
  name: string,
  filled: ReadonlySet<string>,
  barred: ReadonlySet<string>,
): string | undefined => {
  const fitting = specs.filter(([key, spec]) => !barred.has(key) && isAccepted(spec.accept, name)).map(([key]) => key);
  return fitting.find((key) => !filled.has(key)) ?? fitting[0];
};

/** '850 bytes', '12.3 kB', '45.6 MB'; powers of 1000. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? '' : 's'}`;
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'kB'] : [1e6, 'MB'];
  return `${Number((bytes / divisor).toPrecision(3))} ${unit}`;
};
