/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { describe, expect, it } from 'vitest';
import { defaults } from '../../../src/lab/schema';
import type { Row, Verdict } from '../../../src/lab/study';
import { drawer, tableOf, verdictOf } from '../madeUp';
import { fading, lastPick } from './statistics';
import study from './study';

const draw = drawer();
const config = { ...defaults(study.fields), epochs: 10 };
const verdict = (id: string, rows: readonly Row[], c = config): Verdict => verdictOf(study.claims(c), id, tableOf(rows));

/** Precisions at epochs 0, 5, 10, …, and the training error after 10. */
const picked = (precisions: readonly number[], error: number, seeds?: number, scatter = 0.05): readonly Row[] => [
  ...precisions.flatMap((p, i) => [
    ...draw('detect', 'precision', 5 * i, () => p, scatter, seeds),
    ...draw('detect', 'recall', 5 * i, () => p, scatter, seeds),
    ...draw('detect', 'chance', 5 * i, () => 0.15, scatter / 5, seeds),
  ]),
  ...draw('error', 'train', 10, () => error, scatter, seeds),
];

describe('statistics', () => {
  it('hold the last precision against chance, and against the best before it', () => {
    const table = tableOf(picked([0.2, 0.6, 0.5], 0.01, 5, 0));
    expect(lastPick(table, 10)?.precision.x).toBe(10);
    expect(lastPick(table, 10)?.excess.mean).toBeCloseTo(0.35, 14);
    const { best, last, loss } = fading(table, 10)!;
    expect([best.x, last.x]).toEqual([5, 10]);
    expect(loss.mean).toBeCloseTo(0.1, 14);
  });
  it('say nothing before the end, and of one look alone', () => {
    expect(lastPick(tableOf(), 10)).toBeUndefined();
    expect(lastPick(tableOf(picked([0.2, 0.6, 0.5], 0.01)), 20)).toBeUndefined();
    expect(fading(tableOf(picked([0.2, 0.6, 0.5], 0.01)), 20)).toBeUndefined();
    expect(fading(tableOf(picked([0.2], 0.01)), 0)).toBeUndefined();
  });
});

describe('claims', () => {
  it.each([
    [0.5, 'agrees'],
    [0.1, 'disagrees'],
    [0.15, 'inconclusive'],
  ] as const)('picked with a precision of %d: %s', (p, want) => expect(verdict('above-chance', picked([0.2, 0.6, p], 0.1))).toBe(want));
  it.each([
    [0.3, 0.001, 'agrees'],
    [0.9, 0.001, 'disagrees'],
    [0.3, 0.1, 'inconclusive'],
    [0.6, 0.001, 'inconclusive'],
  ] as const)('in the end with %d, at a training error of %d: %s', (p, error, want) =>
    expect(verdict('fades', picked([0.2, 0.6, p], error))).toBe(want),
  );
  it('are left open by few seeds and before the end', () => {
    expect(verdict('above-chance', picked([0.2, 0.6, 0.5], 0.1, 3))).toBe('inconclusive');
    expect(verdict('above-chance', picked([0.2, 0.6, 0.5], 0.1), { ...config, epochs: 20 })).toBe('inconclusive');
    expect(verdict('fades', picked([0.2, 0.6, 0.3], 0.001, 3))).toBe('inconclusive');
    expect(verdict('fades', picked([0.2, 0.6, 0.3], 0.001), { ...config, epochs: 20 })).toBe('inconclusive');
  });
});
