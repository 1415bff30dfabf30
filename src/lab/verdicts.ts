/** What claims are judged with: verdicts, coverage by intervals over seeds, and the reasons for saying nothing. */
import type { Judgement, Summary } from './study';

export const inconclusive = (measured: string): Judgement => ({ verdict: 'inconclusive', measured });
export const agreesIf = (holds: boolean, measured: string, rest: Partial<Judgement> = {}): Judgement => ({
  verdict: holds ? 'agrees' : 'disagrees',
  measured,
  ...rest,
});
export const figure = (x: number): string => (Number.isFinite(x) ? x.toPrecision(3) : String(x));
export const interval = (s: Summary): string => `${figure(s.mean)} [${figure(s.low)}, ${figure(s.high)}]`;
/** Seeds below which an interval says too little. */
export const MIN_SEEDS = 5;
const MIN_POINTS = 8;

export const seedsIn = (s: readonly Summary[]): number => Math.min(...s.map((p) => p.n));
export const tooFew = (s: readonly Summary[], least = 5): string | undefined =>
  s.length < least ? `only ${s.length} points` : seedsIn(s) < MIN_SEEDS ? `only ${seedsIn(s)} seeds` : undefined;

/** Fewest of n intervals of coverage 95 % that cover with probability above 1 %. */
export const leastCovered = (n: number): number => {
  let probability = 0.95 ** n;
  let below = 0;
  for (let k = n; k >= 0; k--) {
    // P(exactly k cover), from the top down; stop where what is left is at most 1 %.
    below += probability;
    if (1 - below < 0.01) return k;
    probability *= (k / (n - k + 1)) * (0.05 / 0.95);
  }
  return 0;
};

/** `margin`: what the theory itself leaves open, as a share of its value. */
export const coverage = (points: readonly Summary[], theory: (x: number) => number, where: string, margin = 0): Judgement => {
  // Where the theory says exactly 0, what is measured is rounding, not risk.
  const judged = points.filter((p) => theory(p.x) > 0);
  const few = tooFew(judged, MIN_POINTS);
  if (few) return inconclusive(`${few} ${where}`);
  const inside = judged.filter((p) => {
    const t = theory(p.x);
    return p.low - margin * t <= t && t <= p.high + margin * t;
  }).length;
  const least = leastCovered(judged.length);
  const share = inside / judged.length;
  return agreesIf(
    inside >= least,
    `${inside} of ${judged.length} points ${where} have the theory inside their 95 % interval${margin > 0 ? `, widened by ${100 * margin} %` : ''}; at least ${least} expected`,
    { value: share },
  );
};
