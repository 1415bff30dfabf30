/** Curves over width: exact for one hidden layer of ReLUs, else what was measured elsewhere for two. */
import type { Config, Curve } from '../../src/lab/study';
import { widthVariance } from '../../src/theory/finiteWidth';
import { inputGram } from '../../src/theory/infiniteWidth';
import { list, num, PUBLISHED } from './config';
import { sphereInputs, weightVariance } from './nets';

/** n·E(distance²), exact at every width n; undefined where it is not known. */
export const exactConstant = (c: Config): number | undefined =>
  num(c, 'depth') === 1 ? widthVariance(inputGram(sphereInputs(c)), weightVariance('relu')) : undefined;

export const widthTheory = (c: Config): readonly Curve[] => {
  const ends = [list(c, 'widths')[0]!, list(c, 'widths').at(-1)!];
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
  if (num(c, 'depth') !== 2) return [];
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
