/** Random ReLU features of a linear target on the sphere: the limit of Mei and Montanari, d, n and N growing together. */
import type { Curve } from '../../../src/lab/study';
import { randomFeatureRisk } from '../../../src/theory/index';
import type { Config } from './fields';

/** Noise variance, for a signal of 1. */
export const TAU2 = 0.25;

/** Risk of the minimum-norm fit on N features. */
export const limitAt = ({ dimension: d, examples: n }: Pick<Config, 'dimension' | 'examples'>, N: number): number =>
  randomFeatureRisk({ psi1: N / d, psi2: n / d, signal: 1, noise: TAU2 });

/** Whether the limit's lowest risk past the threshold, on the grid, is below its lowest before it. */
export const endsLower = (c: Config): boolean => {
  const least = (side: (N: number) => boolean): number => Math.min(...c.counts.filter(side).map((N) => limitAt(c, N)));
  return least((N) => N > c.examples) < least((N) => N < c.examples);
};

export const theory = (c: Config): readonly Curve[] => {
  const last = Math.max(...c.counts);
  const first = Math.min(...c.counts);
  const x = Array.from({ length: 300 }, (_, i) => Math.round(first * (last / first) ** (i / 299)));
  const xs = [...new Set([...x, c.examples])].toSorted((a, b) => a - b);
  return [
    {
      chart: 'risk',
      series: 'min-norm',
      x: xs,
      y: xs.map((N) => limitAt(c, N)),
      kind: 'theory',
      label: 'Mei–Montanari limit, ridgeless',
    },
  ];
};
