/** Names that were probably meant. */
import { closest, distance } from 'fastest-levenshtein';

/** Changes of a letter that still count as a slip: one in short names, two (neighbours exchanged) in others, one in three in long ones. */
const slips = (name: string): number => (name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3)));

/** '; did you mean 'steps'?', or nothing where no known name is near. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  if (known.length === 0) return '';
  const near = closest(name, known);
  return distance(name, near) <= slips(name) ? `; did you mean '${near}'?` : '';
};
