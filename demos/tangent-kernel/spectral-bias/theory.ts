/** What gradient descent with the tangent kernel of the circle does to each frequency, at the points and the step size of the run. */
import type { Curve } from '../../../src/lab/study';
import { circleEigenvalue, circleNtk } from '../../../src/theory/infiniteWidth';
import { ascending } from '../settings';
import type { Config } from './fields';

/** φ_i = 2πi/n. */
export const angles = ({ points }: Pick<Config, 'points'>): Float64Array =>
  Float64Array.from({ length: points }, (_, i) => (2 * Math.PI * i) / points);

/**
 * Eigenvalue of Θ/n for cos kφ on n even points: λ_k and those of all frequencies that look like k there. It is 0 for odd k ≥ 3 if n is
 * even, as λ_k is.
 */
export const pointEigenvalue = (c: Config, k: number): number => {
  if (k >= 3 && k % 2 === 1) return circleEigenvalue(k);
  const phi = angles(c);
  return phi.reduce((s, p) => s + circleNtk(p) * Math.cos(k * p), 0) / phi.length;
};

/** Steps until the residual is 1/e of its start: (1 − ηλ)^t = 1/e. ∞ where λ is 0. */
export const learningTime = (c: Config, k: number): number => -1 / Math.log1p(-c.rate * pointEigenvalue(c, k));

/** Steps drawn: all up to 20, then 20 a decade. */
export const drawnSteps = (c: Config): readonly number[] => {
  const last = c.steps;
  const grown = Array.from({ length: 200 }, (_, i) => Math.round(20 * 10 ** (i / 20)));
  return [...new Set([...Array.from({ length: 20 }, (_, i) => i), ...grown, last])].filter((t) => t <= last).toSorted((a, b) => a - b);
};

export const theory = (c: Config): readonly Curve[] => {
  const frequencies = ascending(c.frequencies);
  const learned = frequencies.filter((k) => pointEigenvalue(c, k) > 0);
  const steps = drawnSteps(c).filter((t) => t > 0);
  return [
    {
      chart: 'time',
      series: 'measured',
      x: learned,
      y: learned.map((k) => learningTime(c, k)),
      kind: 'theory',
      label: '1/e at (1 − ηλₖ)ᵗ',
    },
    ...frequencies.map((k): Curve => ({
      chart: 'residual',
      series: `k${k}`,
      x: steps,
      y: steps.map((t) => (1 - c.rate * pointEigenvalue(c, k)) ** t),
      kind: 'theory',
      label: `(1 − ηλ)ᵗ, k = ${k}`,
    })),
  ];
};
