/** The claims about gradient noise on made-up tables: what agrees, what disagrees and what is left open. */
import { describe, expect, it } from 'vitest';
import study from '../demos/sgd-noise/study';
import { decide } from '../demos/sgd-noise/verdicts';
import { stream } from '../src/core/random';
import type { Config, Row, Verdict } from '../src/lab/study';
import { defaults } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { stationaryVariance, stepsFor } from '../src/theory/index';

const SEEDS = 8;
const { normal } = stream(3, 1);
let drawn = 0;
/** Values of each seed, scattered by a share. */
const points = (chart: string, series: string, x: number, y: (seed: number) => number, scatter = 0.02, seeds = SEEDS): readonly Row[] =>
  Array.from({ length: seeds }, (_, seed) => ({ kind: 'point', chart, series, x, seed, y: y(seed) * (1 + scatter * normal(drawn++)) }));
const verdict = (id: string, rest: Config, rows: readonly Row[]): Verdict => {
  const config = { ...defaults(study.config), ...rest };
  return study
    .claims(config)
    .find((c) => c.id === id)!
    .test(new RowTable(rows), config).verdict;
};

describe('an interval of pairs', () => {
  it('lies above, below or about 0', () => {
    expect(decide([1, 2, 1, 2, 1]).judgement.verdict).toBe('agrees');
    expect(decide([-1, -2, -1, -2, -1]).judgement.verdict).toBe('disagrees');
    expect(decide([-1, 2, 1, -2, 1]).judgement.verdict).toBe('inconclusive');
  });
  it('is left open by too few seeds and by one that is not finite', () => {
    expect(decide([1, 2, 1, 2]).judgement.verdict).toBe('inconclusive');
    expect(decide([1, 2, 1, 2, 1, NaN]).judgement.verdict).toBe('inconclusive');
  });
  it('is wider where several are looked at', () => expect(decide([1, 2, 1, 2, 1], 10).low).toBeLessThan(decide([1, 2, 1, 2, 1]).low));
});

const grown = (factor: number, seeds = SEEDS): readonly Row[] =>
  [10, 100, 1000].flatMap((x, i) => points('stretches', 'scale', x, () => 50 * factor ** i, 0.1, seeds));

const agreement = (at: number): readonly Row[] =>
  Array.from({ length: 10 }, (_, i) => points('agreement', 'trace', i + 1, () => at, 0.1)).flat();

describe('the noise scale', () => {
  it.each([
    [3, 'agrees'],
    [0.3, 'disagrees'],
    [1, 'inconclusive'],
  ] as const)('that changes by %d from stretch to stretch: %s', (factor, want) => expect(verdict('grows', {}, grown(factor))).toBe(want));
  it('of four seeds, or with a gradient lost at the end, says nothing', () => {
    expect(verdict('grows', {}, grown(3, 4))).toBe('inconclusive');
    expect(verdict('grows', {}, [...grown(3), ...points('stretches', 'scale', 2000, (s) => (s === 0 ? NaN : 500))])).toBe('inconclusive');
  });
  it.each([
    [1, 'agrees'],
    [1.3, 'disagrees'],
  ] as const)('of two estimators that are %d apart: %s', (ratio, want) => expect(verdict('estimators', {}, agreement(ratio))).toBe(want));
});

describe('the critical batch size', () => {
  const sizes = [4, 16, 64, 256];
  const config = { variant: 'batch', batches: sizes, rates: [0.1, 0.2, 0.4] };
  const table = (simple: number, off = 1, rate = 0.2): readonly Row[] =>
    sizes.flatMap((B, i) => [
      { kind: 'point', chart: 'rate', series: 'best', x: B, seed: 0, y: i === 0 ? rate : 0.2 } as const,
      ...points('steps', 'measured', B, () => stepsFor({ minSteps: 100, critical: 40 }, B)),
      ...points('residual', 'fit', B, () => (i === 2 ? off : 1)),
      ...points('critical', 'fit', B, () => 40),
      ...points('critical', 'simple', B, () => simple),
    ]);
  it.each([
    [1, 'agrees'],
    [1.6, 'disagrees'],
    [1.25, 'inconclusive'],
  ] as const)('with one batch size off the curve by %d: %s', (off, want) =>
    expect(verdict('hyperbola', config, table(40, off))).toBe(want),
  );
  it.each([
    [60, 'agrees'],
    [400, 'disagrees'],
    [40 * Math.sqrt(10), 'inconclusive'],
  ] as const)('with a noise scale of %d against 40: %s', (simple, want) => expect(verdict('predicts', config, table(simple))).toBe(want));
  it('is left open where the best rate is at the edge, or a batch size is missing', () => {
    for (const id of ['hyperbola', 'predicts']) {
      expect(verdict(id, config, table(40, 1, 0.4))).toBe('inconclusive');
      expect(verdict(id, { ...config, batches: [...sizes, 1024] }, table(40))).toBe('inconclusive');
    }
  });
});

/** Loss ∝ T^a · B^b. */
const power = (a: number, b: number, scatter = 0.01, chart = 'loss'): readonly Row[] =>
  [0.01, 0.02, 0.04].flatMap((T) => [4, 8, 16].flatMap((B) => points(chart, `b${B}`, T, () => (T / 0.01) ** a * (B / 4) ** b, scatter)));

describe('temperature', () => {
  const config = { variant: 'temperature', temperatures: [0.01, 0.02, 0.04], batchSizes: [4, 8, 16] };
  it.each([
    [0.5, 0, 'agrees'],
    [-0.5, 0.02, 'agrees'],
    [0.5, 0.5, 'disagrees'],
    [0.5, -0.5, 'disagrees'],
    [0, 0, 'inconclusive'],
    [0, 0.5, 'inconclusive'],
  ] as const)('that moves the loss as T^%d B^%d: %s', (a, b, want) => expect(verdict('collapse-loss', config, power(a, b))).toBe(want));
  it.each([
    [-0.3, 'agrees'],
    [0.3, 'disagrees'],
    [0, 'inconclusive'],
  ] as const)('that moves the sharpness as T^%d: %s', (a, want) =>
    expect(verdict('flatter', config, power(a, 0, 0.01, 'sharpness'))).toBe(want),
  );
  it('is left open by much scatter and by networks that are missing or diverged', () => {
    expect(verdict('collapse-loss', config, power(0.5, 0, 0.3))).toBe('inconclusive');
    expect(verdict('collapse-loss', { ...config, batchSizes: [4, 8, 16, 32] }, power(0.5, 0))).toBe('inconclusive');
    expect(verdict('collapse-loss', config, [...power(0.5, 0), ...points('loss', 'b16', 0.04, () => NaN)])).toBe('inconclusive');
  });
});

const varied = (factor: number): readonly Row[] =>
  [0, 0.9].flatMap((beta) =>
    Array.from({ length: 9 }, (_, i) => 0.2 * (i + 1)).flatMap((eta) =>
      points('variance', `b${beta}`, eta, () => factor * stationaryVariance({ eta, h: 1, sigma2: 1, beta: Math.fround(beta) }), 0.05),
    ),
  );

describe('the quadratic', () => {
  const config = { variant: 'quadratic', betas: [0, 0.9] };
  it.each([
    [1, 'agrees'],
    [1.2, 'disagrees'],
  ] as const)('that varies %d times as much as the closed form: %s', (factor, want) => {
    for (const id of ['sgd', 'heavy-ball']) expect(verdict(id, config, varied(factor))).toBe(want);
  });
  it('has nothing to say of momenta that were not run', () => {
    expect(verdict('sgd', { ...config, betas: [0.9] }, varied(1))).toBe('inconclusive');
    expect(verdict('heavy-ball', { ...config, betas: [0] }, varied(1))).toBe('inconclusive');
  });
});

const picked = (precisions: readonly number[], error: number, seeds = SEEDS): readonly Row[] => [
  ...precisions.flatMap((p, i) => [
    ...points('detect', 'precision', 5 * i, () => p, 0.05, seeds),
    ...points('detect', 'recall', 5 * i, () => p, 0.05, seeds),
    ...points('detect', 'chance', 5 * i, () => 0.15, 0.01, seeds),
  ]),
  ...points('error', 'train', 10, () => error, 0.05, seeds),
];

describe('mislabelled examples', () => {
  const config = { variant: 'mislabelled', epochs: 10 };
  it.each([
    [0.5, 'agrees'],
    [0.1, 'disagrees'],
    [0.15, 'inconclusive'],
  ] as const)('picked with a precision of %d: %s', (p, want) =>
    expect(verdict('above-chance', config, picked([0.2, 0.6, p], 0.1))).toBe(want),
  );
  it.each([
    [0.3, 0.001, 'agrees'],
    [0.9, 0.001, 'disagrees'],
    [0.3, 0.1, 'inconclusive'],
    [0.6, 0.001, 'inconclusive'],
  ] as const)('in the end with %d, at a training error of %d: %s', (p, error, want) =>
    expect(verdict('fades', config, picked([0.2, 0.6, p], error))).toBe(want),
  );
  it('are left open by few seeds and before the end', () => {
    expect(verdict('above-chance', config, picked([0.2, 0.6, 0.5], 0.1, 3))).toBe('inconclusive');
    expect(verdict('above-chance', { ...config, epochs: 20 }, picked([0.2, 0.6, 0.5], 0.1))).toBe('inconclusive');
    expect(verdict('fades', { ...config, epochs: 20 }, picked([0.2, 0.6, 0.3], 0.001))).toBe('inconclusive');
  });
});
