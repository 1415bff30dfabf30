/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { describe, expect, it } from 'vitest';
import { defaults } from '../../../src/lab/schema';
import type { Row, Verdict } from '../../../src/lab/study';
import { drawer, tableOf, verdictOf } from '../madeUp';
import { gridOf, heat, sizeEffects } from './statistics';
import study from './study';

const draw = drawer();
const GRID = { temperatures: [0.01, 0.02, 0.04], batches: [4, 8, 16] };
const config = { ...defaults(study.fields), ...GRID };
const verdict = (id: string, rows: readonly Row[], c = config): Verdict => verdictOf(study.claims(c), id, tableOf(rows));

/** A quantity ∝ T^a · B^b. */
const power = (a: number, b: number, scatter = 0.01, chart = 'loss'): readonly Row[] =>
  GRID.temperatures.flatMap((T) => GRID.batches.flatMap((B) => draw(chart, `b${B}`, T, () => (T / 0.01) ** a * (B / 4) ** b, scatter)));

describe('statistics', () => {
  it('find the exponents of a power law', () => {
    const grid = gridOf(tableOf(power(0.5, 0.2, 0)), GRID, 'loss');
    expect([grid.complete, grid.diverged]).toEqual([true, false]);
    expect(heat(grid).mean).toBeCloseTo(0.5, 13);
    const effects = sizeEffects(grid, 0.5);
    expect(effects.map((e) => e.T)).toEqual(GRID.temperatures);
    for (const { exponent, within, beyond } of effects) {
      expect(exponent.mean).toBeCloseTo(0.2, 13);
      expect([within, beyond]).toEqual([true, false]);
    }
  });
  it.each([
    [0.2, 0.5, true, false],
    [-0.2, 0.5, true, false],
    [0.2, 0.3, false, true],
    [-0.2, 0.3, false, true],
  ])('hold an exponent of %d of the batch size against %d of the temperature’s, which is −0.5', (b, share, within, beyond) => {
    const effects = sizeEffects(gridOf(tableOf(power(-0.5, b)), GRID, 'loss'), share);
    for (const effect of effects) expect(effect).toMatchObject({ within, beyond });
  });
  it('tell what is missing and what diverged', () => {
    expect(gridOf(tableOf(power(1, 0)), { ...GRID, batches: [4, 8, 16, 32] }, 'loss').complete).toBe(false);
    for (const bad of [NaN, Infinity, 0, -1])
      expect(
        gridOf(
          tableOf(
            power(1, 0),
            draw('loss', 'b16', 0.04, () => bad),
          ),
          GRID,
          'loss',
        ).diverged,
      ).toBe(true);
  });
});

describe('claims', () => {
  it.each([
    [0.5, 0, 'agrees'],
    [-0.5, 0.02, 'agrees'],
    [0.5, 0.5, 'disagrees'],
    [0.5, -0.5, 'disagrees'],
    [0, 0, 'inconclusive'],
    [0, 0.5, 'inconclusive'],
  ] as const)('a loss, or a sharpness, that goes as T^%d B^%d: %s', (a, b, want) => {
    expect(verdict('collapse-loss', power(a, b))).toBe(want);
    expect(verdict('collapse-sharpness', power(a, b, 0.01, 'sharpness'))).toBe(want);
  });
  it.each([
    [-0.3, 'agrees'],
    [0.3, 'disagrees'],
    [0, 'inconclusive'],
  ] as const)('a sharpness that goes as T^%d: %s', (a, want) => expect(verdict('flatter', power(a, 0, 0.01, 'sharpness'))).toBe(want));
  it('are left open by much scatter, one temperature or size, and networks that are missing or diverged', () => {
    const open = (rows: readonly Row[], c = config): void => expect(verdict('collapse-loss', rows, c)).toBe('inconclusive');
    open(power(0.5, 0, 0.3));
    open(power(0.5, 0), { ...config, batches: [4, 8, 16, 32] });
    open(power(0.5, 0), { ...config, batches: [4] });
    open(power(0.5, 0), { ...config, temperatures: [0.01] });
    open([...power(0.5, 0), ...draw('loss', 'b16', 0.04, () => NaN)]);
    for (const { id } of study.claims(config)) expect(verdict(id, [])).toBe('inconclusive');
  });
});
