/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { describe, expect, it } from 'vitest';
import { defaults } from '../../../src/lab/schema';
import type { Row, Verdict } from '../../../src/lab/study';
import { drawer, tableOf, verdictOf } from '../madeUp';
import { variances } from './statistics';
import study from './study';

const draw = drawer();
const config = { ...defaults(study.fields), betas: [0, 0.9] };
const verdict = (id: string, rows: readonly Row[], c = config): Verdict => verdictOf(study.claims(c), id, tableOf(rows));

/** η(1 + β)/((1 − β)(2(1 + β) − η)) for h = σ = 1: the published form, with β as the GPU has it. */
const published = (eta: number, beta: number): number => {
  const b = Math.fround(beta);
  return (eta * (1 + b)) / ((1 - b) * (2 * (1 + b) - eta));
};
const varied = (factor: number, sizes = 9): readonly Row[] =>
  config.betas.flatMap((beta) =>
    Array.from({ length: sizes }, (_, i) => 0.2 * (i + 1)).flatMap((eta) =>
      draw('variance', `b${beta}`, eta, () => factor * published(eta, beta), 0.05),
    ),
  );

it('the closed form beside each measured variance is the published one', () => {
  const pairs = variances(tableOf(varied(1)), config.betas);
  expect(pairs.length).toBe(18);
  for (const [i, { measured, exact }] of pairs.entries()) {
    const want = published(measured.x, config.betas[Math.floor(i / 9)]!);
    // Each side takes some ten roundings of 2⁻⁵³; the nearest cancellation is 2 − 1.8, which makes one of them ten times as large.
    expect(Math.abs(exact / want - 1)).toBeLessThan(40 * 2 ** -53);
  }
});

describe('claims', () => {
  it.each([
    [1, 'agrees'],
    [1.2, 'disagrees'],
  ] as const)('a variance %d times the closed form: %s', (factor, want) => {
    for (const id of ['sgd', 'heavy-ball']) expect(verdict(id, varied(factor))).toBe(want);
  });
  it('have nothing to say of momenta that were not run, and of few step sizes', () => {
    expect(verdict('sgd', varied(1), { ...config, betas: [0.9] })).toBe('inconclusive');
    expect(verdict('heavy-ball', varied(1), { ...config, betas: [0] })).toBe('inconclusive');
    for (const id of ['sgd', 'heavy-ball']) expect(verdict(id, varied(1, 4))).toBe('inconclusive');
  });
});
