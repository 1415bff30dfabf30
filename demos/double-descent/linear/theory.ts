/** The exact expectation of the minimum-norm fit's risk, and the limit of the ridge's at its optimum. */
import { integerLogspace } from '../../../src/core/stats';
import type { Curve } from '../../../src/lab/study';
import { effectiveLimit, expectedExcessRisk, optimalRidgeRiskMisspecified, type FiniteLinear } from '../../../src/theory/index';
import type { Config } from './fields';

const alongFeatures = (c: Config): boolean => c.sweep === 'features';
/** The place of the interpolation threshold on the x axis. */
export const threshold = (c: Config): number => (alongFeatures(c) ? c.examples : c.features);

/** The problem at x of the sweep. Along sample size all D features are fitted. */
export const problemAt = (c: Config, x: number): FiniteLinear => {
  const D = c.features;
  const p = alongFeatures(c) ? x : D;
  const share = p / D;
  return {
    n: alongFeatures(c) ? c.examples : x,
    p,
    signal: c.signal * share,
    missed: c.signal * (1 - share),
    noise: c.noise,
  };
};

/** x values: as dense on either side of the threshold, itself included if D reaches it. Along sample size up to 4·D examples. */
export const grid = (c: Config): readonly number[] => {
  const middle = threshold(c);
  const half = Math.max(2, Math.floor(c.points / 2));
  const last = alongFeatures(c) ? c.features : 4 * middle;
  const below = integerLogspace(1, Math.max(2, middle - 2), half)
    .map((d) => middle - d)
    .filter((x) => x >= 2);
  const above = last > middle ? integerLogspace(1, Math.max(2, last - middle), half).map((d) => middle + d) : [];
  return [...new Set([...below, middle, ...above])].filter((x) => x <= last).toSorted((a, b) => a - b);
};

/** Exact expectation of the minimum-norm fit's excess risk at x of the sweep. */
export const riskAt = (c: Config, x: number): number => expectedExcessRisk(problemAt(c, x));
/** Whether the lowest of it past the threshold, on the grid, is below the lowest before it. */
export const endsLower = (c: Config): boolean => {
  const place = threshold(c);
  const least = (side: (x: number) => boolean): number =>
    Math.min(
      ...grid(c)
        .filter(side)
        .map((x) => riskAt(c, x)),
    );
  return least((x) => x > place) < least((x) => x < place);
};

export const ridgeLimit = (problem: FiniteLinear): Parameters<typeof effectiveLimit>[0] => ({
  gamma: problem.p / problem.n,
  signal: problem.signal,
  missed: problem.missed,
  noise: problem.noise,
});

export const theory = (c: Config): readonly Curve[] => {
  const xs = grid(c);
  const first = xs[0]!;
  const all = Array.from({ length: xs.at(-1)! - first + 1 }, (_, i) => first + i);
  const exact = all.map((x) => riskAt(c, x));
  return [
    { chart: 'risk', series: 'min-norm', x: all, y: exact, kind: 'theory', label: 'exact expectation, minimum norm' },
    {
      chart: 'risk',
      series: 'ridge',
      x: all,
      y: all.map((x) => optimalRidgeRiskMisspecified(ridgeLimit(problemAt(c, x)))),
      kind: 'theory',
      label: 'limit, ridge at its optimum',
    },
  ];
};
