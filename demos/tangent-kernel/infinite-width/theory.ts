/** Curves over width: exact for one hidden layer of ReLUs, else what was measured elsewhere for two. */
import type { Curve } from '../../../src/lab/study';
import { widthVariance } from '../../../src/theory/finiteWidth';
import { inputGram } from '../../../src/theory/infiniteWidth';
import { weightVariance } from '../nets';
import { ascending } from '../settings';
import type { Config } from './fields';
import { sphereInputs } from './inputs';

export const ACTIVATIONS = ['relu', 'erf'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Relative distance × √width at two hidden layers, as measured elsewhere for other inputs: from, to. */
export const PUBLISHED = { relu: [2.1, 2.1], erf: [1.5, 2.4] } as const;

/** n·E(distance²), exact at every width n; undefined where it is not known. */
export const exactConstant = (c: Config): number | undefined =>
  c.depth === 1 ? widthVariance(inputGram(sphereInputs(c)), weightVariance('relu')) : undefined;

export const theory = (c: Config): readonly Curve[] => {
  const widths = ascending(c.widths);
  const ends = [widths[0]!, widths.at(-1)!];
  const along = (constant: number): number[] => ends.map((n) => constant / Math.sqrt(n));
  const exact = exactConstant(c);
  if (exact !== undefined)
    return [
      {
        chart: 'distance',
        series: 'relu',
        x: ends,
        y: along(Math.sqrt(exact)),
        kind: 'theory',
        label: `ReLU, root mean square: exactly ${Math.sqrt(exact).toFixed(2)}/√n`,
      },
      { chart: 'constant', series: 'relu', x: ends, y: [exact, exact], kind: 'theory', label: 'ReLU, exact expectation' },
    ];
  if (c.depth !== 2) return [];
  return [
    {
      chart: 'distance',
      series: 'relu',
      x: ends,
      y: along(PUBLISHED.relu[0]),
      kind: 'reference',
      label: `ReLU, other inputs: ${PUBLISHED.relu[0]}/√n`,
    },
    ...PUBLISHED.erf.map((v): Curve => ({
      chart: 'distance',
      series: 'erf',
      x: ends,
      y: along(v),
      kind: 'reference',
      label: `erf, other inputs: ${v}/√n`,
    })),
  ];
};
