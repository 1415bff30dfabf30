/** A law fitted to each seed, against a named rival fitted to the same seed. */
import { ConfigError } from '../../core/errors';
import { goldenMinimum } from '../../core/golden';
import { leastSquares } from '../../core/stats';
import { contrastOf } from './contrast';
import { ALPHA, type Statistic } from './statistic';

/** Fits ln y over x; gives what it makes of ln y. */
export interface Fit {
  readonly parameters: number;
  readonly fitted: (x: readonly number[], logY: readonly number[]) => readonly number[];
}

/** y = c·x^a. */
export const powerLaw: Fit = {
  parameters: 2,
  fitted: (x, logY) => {
    const logX = x.map(Math.log);
    const { slope, intercept } = leastSquares(logX, logY);
    return logX.map((v) => intercept + slope * v);
  },
};

const squares = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);
/** How far beyond the measured x a bend is looked for. */
const BEYOND = 100;
/** y = s·(1 + x_c/x): steps over batch size, say. The bend x_c is looked for up to a factor of 100 beyond the x on either side. */
export const hyperbola: Fit = {
  parameters: 2,
  fitted: (x, logY) => {
    const shape = (logBend: number): readonly number[] => {
      const free = x.map((v) => Math.log1p(Math.exp(logBend) / v));
      const shift = logY.reduce((sum, v, i) => sum + v - free[i]!, 0) / x.length;
      return free.map((v) => v + shift);
    };
    const ends = [Math.log(Math.min(...x) / BEYOND), Math.log(Math.max(...x) * BEYOND)] as const;
    return shape(goldenMinimum((bend) => squares(shape(bend), logY), ...ends, 1e-6));
  },
};

export interface RivalOptions {
  /** Ratio > 1 of the rival's squared residuals to the law's own that counts. */
  readonly least: number;
  readonly alpha?: number;
}
/**
 * `curves`: y > 0 of each seed at each x. Contrast over seeds of ln(squared residuals of the rival / of the law), all in ln y, with what
 * the Bayesian information criterion takes off for more parameters, ln(m)/m each over m points. Agrees where the law fits better,
 * disagrees where the rival does, or neither by the factor `least`. Throws ConfigError unless there are more points than parameters.
 */
export const rival = (
  x: readonly number[],
  curves: readonly (readonly number[])[],
  law: Fit,
  other: Fit,
  { least, alpha = ALPHA }: RivalOptions,
): Statistic => {
  const m = x.length;
  if (m <= Math.max(law.parameters, other.parameters)) throw new ConfigError(`${m} points; fits need more than they have parameters`);
  const penalty = ((other.parameters - law.parameters) * Math.log(m)) / m;
  const logRatios = curves.map((y) => {
    const logY = y.map(Math.log);
    const left = (fit: Fit): number => squares(fit.fitted(x, logY), logY);
    return logY.every(Number.isFinite) ? Math.log(left(other)) - Math.log(left(law)) + penalty : NaN;
  });
  return contrastOf(logRatios, { least, scale: 'log', alpha });
};
