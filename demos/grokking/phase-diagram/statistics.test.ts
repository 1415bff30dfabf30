import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../../src/lab/schema';
import { studyNamed, type CellRow } from '../../../src/lab/study';
import { judge } from '../../../src/lab/judge';
import { RowTable } from '../../../src/lab/table';
import phenomenon from '../phenomenon';
import { countsAt, isBackwards, isCritical } from './statistics';

/** All seeds memorise; of `seeds`, as many as given generalise with each share. */
const world = (learned: Readonly<Record<number, number>>, seeds: number): CellRow[] =>
  Object.entries(learned).flatMap(([fraction, count]) =>
    Array.from({ length: seeds }, (_, seed) => [
      { kind: 'cell' as const, chart: 'memorised', x: Number(fraction), y: 1, seed, value: 100 },
      { kind: 'cell' as const, chart: 'generalised', x: Number(fraction), y: 1, seed, value: seed < count ? 200 : Infinity },
    ]).flat(),
  );

describe('counts', () => {
  const counts = countsAt(new RowTable(world({ 0.3: 0, 0.7: 5 }, 5)), [0.7, 0.3, 0.3], 1, 5);
  it('are by share', () =>
    expect(counts).toEqual([
      { fraction: 0.3, learned: 0, known: 5 },
      { fraction: 0.7, learned: 5, known: 5 },
    ]));
  it('tell a threshold from its reverse', () => {
    expect([isCritical(counts, 5), isBackwards(counts, 5)]).toEqual([true, false]);
    expect([isCritical(counts.toReversed(), 5), isBackwards(counts.toReversed(), 5)]).toEqual([false, true]);
  });
  it('are not there before the end', () =>
    expect(() => countsAt(new RowTable(world({ 0.3: 0 }, 4)), [0.3], 1, 5)).toThrow('not at its end'));
});

describe('the claim of a critical share', () => {
  const study = studyNamed(phenomenon, 'phase-diagram');
  const config = presetConfig(study, 'quick');
  const verdict = (learned: Readonly<Record<number, number>>, seeds = 5) =>
    judge(study, new RowTable(world(learned, seeds)), { ...config, seeds })[0]!.verdict;
  it.each([
    ['agrees', { 0.3: 0, 0.7: 5 }, 5],
    ['disagrees', { 0.3: 5, 0.7: 0 }, 5],
    ['inconclusive', { 0.3: 0, 0.7: 3 }, 5],
    ['inconclusive', { 0.3: 0, 0.7: 2 }, 2],
  ] as const)('%s: %o of %i', (expected, learned, seeds) => expect(verdict(learned, seeds)).toBe(expected));
});
