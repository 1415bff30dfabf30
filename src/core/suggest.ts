/** Names that were probably meant. */
import { closest, distance } from 'fastest-levenshtein';

/** Changes of a letter that still count as a slip: one in three, at least one. */
const slips = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/** '; did you mean 'steps'?', or nothing where no known name is near. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  if (known.length === 0) return '';
  const near = closest(name, known);
  return distance(name, near) <= slips(name) ? `; did you mean '${near}'?` : '';
};
