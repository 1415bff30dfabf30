/** Whether a share of successes rises with a dose. */
import { ConfigError } from '../../core/errors';
import { goldenMinimum } from '../../core/golden';
import { normalQuantile } from '../../core/stats';
import { ALPHA, direction, type Statistic } from './statistic';

export interface Dose {
  readonly dose: number;
  readonly successes: number;
  readonly trials: number;
}
export interface DoseOptions {
  /** Ratio > 1 of the odds at the highest dose to those at the lowest that counts. */
  readonly least: number;
  readonly alpha?: number;
}
export interface DoseResponse extends Statistic {
  /** The dose at which the fitted share is a half; NaN where the fit does not move. */
  readonly half: number;
}

/** Bounds of intercept and rise, in logits: shares of e⁻³⁰ are as good as 0. */
const FAR = 60;
/** Of a maximum, in logits. */
const TOLERANCE = 1e-4;
const highest = (f: (v: number) => number): number => goldenMinimum((v) => -f(v), -FAR, FAR, TOLERANCE);
const softplus = (v: number): number => Math.max(0, v) + Math.log1p(Math.exp(-Math.abs(v)));

/** Log-likelihood with Jeffreys' prior, ½ ln det of the information: finite at its maximum even where doses separate all outcomes. */
const penalised = (doses: readonly Dose[], at: readonly number[], centre: number, rise: number): number => {
  let [log, w0, w1, w2] = [0, 0, 0, 0];
  doses.forEach(({ successes, trials }, i) => {
    const x = at[i]! - 0.5;
    const logit = centre + rise * x;
    log += successes * logit - trials * softplus(logit);
    const w = trials * Math.exp(-softplus(logit) - softplus(-logit));
    w0 += w;
    w1 += w * x;
    w2 += w * x * x;
  });
  return log + 0.5 * Math.log(Math.max(Number.MIN_VALUE, w0 * w2 - w1 * w1));
};

/**
 * Logistic regression of outcomes on dose with Firth's penalty, and the profile interval of the rise (Firth 1993; Heinze & Schemper
 * 2002). `effect`: the odds at the highest dose over those at the lowest. Agrees where its interval lies above 1, disagrees where it
 * lies below `least`, else inconclusive; `n` counts trials. All or none succeeding everywhere is no rise: it disagrees once there are
 * enough trials. A run that diverged is a trial without success. Throws ConfigError unless there are two doses with trials.
 */
export const doseResponse = (doses: readonly Dose[], { least, alpha = ALPHA }: DoseOptions): DoseResponse => {
  if (!(least > 1)) throw new ConfigError(`the least ratio of odds is ${least}; it must be above 1`);
  const used = doses.filter((d) => d.trials > 0);
  const [first, last] = [Math.min(...used.map((d) => d.dose)), Math.max(...used.map((d) => d.dose))];
  if (!(last > first)) throw new ConfigError('a response needs two doses with trials');
  const at = used.map((d) => (d.dose - first) / (last - first));
  const centreAt = (rise: number): number => highest((c) => penalised(used, at, c, rise));
  const profile = (rise: number): number => penalised(used, at, centreAt(rise), rise);
  const rise = highest(profile);
  const floor = profile(rise) - normalQuantile(1 - alpha) ** 2 / 2;
  /** Where the profile falls to the floor on the way from the best rise to `end`. */
  const crossing = (end: number): number => {
    let [inside, outside] = [rise, end];
    while (Math.abs(outside - inside) > TOLERANCE) {
      const half = (inside + outside) / 2;
      if (profile(half) >= floor) inside = half;
      else outside = half;
    }
    return inside;
  };
  const [low, high] = [crossing(-FAR), crossing(FAR)];
  return {
    effect: Math.exp(rise),
    interval: [Math.exp(low), Math.exp(high)],
    n: used.reduce((sum, d) => sum + d.trials, 0),
    half: first + (last - first) * (0.5 - centreAt(rise) / rise),
    ...direction({ low, high }, Math.log(least)),
  };
};
