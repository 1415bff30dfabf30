/** Random ReLU features of a linear target on the sphere: the limit of Mei and Montanari. */
import type { Config, Curve } from '../../src/lab/study';
import { randomFeatureRisk } from '../../src/theory/index';
import { list, num } from './config';

export const isGaussian = (c: Config): boolean => c['source'] === 'gaussian';
/** The theory's noise: τ² for a signal of 1. */
export const TAU2 = 0.25;

export const featuresTheory = (c: Config): readonly Curve[] => {
  if (!isGaussian(c)) return [];
  const d = num(c, 'dimension');
  const n = num(c, 'featureExamples');
  const counts = list(c, 'featureCounts');
  const last = Math.max(...counts);
  const first = Math.min(...counts);
  const x = Array.from({ length: 300 }, (_, i) => Math.round(first * (last / first) ** (i / 299)));
  const xs = [...new Set([...x, n])].toSorted((a, b) => a - b);
  return [
    {
      chart: 'risk',
      series: 'min-norm',
      x: xs,
      y: xs.map((N) => randomFeatureRisk({ psi1: N / d, psi2: n / d, signal: 1, noise: TAU2 })),
      kind: 'theory',
      label: 'Mei–Montanari limit, ridgeless',
    },
  ];
};
