/** Many claims at once. */
import type { Claim } from '../claim';
import { ALPHA } from './statistic';

/** p values for which those ≤ alpha hold at once with a chance of at most alpha for one false one. Source: Holm 1979. In the order given. */
export const holm = (p: readonly number[]): readonly number[] => {
  const order = p.map((_, i) => i).toSorted((a, b) => p[a]! - p[b]!);
  const adjusted = [...p];
  let most = 0;
  order.forEach((i, rank) => {
    most = Math.max(most, Math.min(1, (p.length - rank) * p[i]!));
    adjusted[i] = most;
  });
  return adjusted;
};

export interface FalseAlarms {
  readonly claims: number;
  /** At most, if all claims are true and the data enough: of 'disagrees'. */
  readonly expected: number;
}
/** How many claims there are, and how many would be contradicted by chance alone. */
export const falseAlarms = (claims: readonly Pick<Claim, 'alpha'>[]): FalseAlarms => ({
  claims: claims.length,
  expected: claims.reduce((sum, { alpha = ALPHA }) => sum + alpha, 0),
});
