/** What the weights solved by hand lose, and how far float32 may be from it. */
import type { Curve } from '../../../src/lab/study';
import { analyticLoss, analyticRounding, frequencyCount, PHASES } from '../../../src/theory/index';
import { exactUnits, type Config } from './fields';

export const theory = (c: Config): readonly Curve[] => {
  const p = Number(c.modulus);
  const x = Array.from({ length: frequencyCount(p) }, (_, i) => i + 1);
  return [
    { chart: 'keptLoss', series: 'exact', x, y: x.map((m) => analyticLoss(p, m)), kind: 'theory', label: '(1 − 2m/p)/p' },
    { chart: 'keptAccuracy', series: 'exact', x, y: x.map(() => 1), kind: 'theory', label: 'exact: all right' },
  ];
};

/** u of float32 as kernels' bounds take it. */
const UNIT = 2 ** -23;
/**
 * Bound on what float32 makes of that loss with m frequencies, a mean of p³ squares: each logit is off by at most e, which changes a mean
 * square L by at most 2e√L + e²; squares are rounded thrice, and added in two stages, over p outputs and over p² pairs.
 */
export const exactLossBound = (c: Config, m: number): number => {
  const p = Number(c.modulus);
  const e = analyticRounding(p, PHASES * m, exactUnits(p), UNIT);
  const off = 2 * e * Math.sqrt(analyticLoss(p, m)) + e * e;
  return off + (p + p * p + 8) * UNIT * (analyticLoss(p, m) + off);
};
