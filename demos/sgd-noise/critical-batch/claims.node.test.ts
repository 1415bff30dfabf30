/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { describe, expect, it } from 'vitest';
import { defaults } from '../../../src/lab/schema';
import type { Row, Verdict } from '../../../src/lab/study';
import { stepsFor } from '../../../src/theory/index';
import { drawer, tableOf, verdictOf } from '../madeUp';
import { optima, prediction, residuals } from './statistics';
import study from './study';

const draw = drawer();
const SIZES = [4, 16, 64, 256];
const GRID = { batches: SIZES, rates: [0.1, 0.2, 0.4] };
const config = { ...defaults(study.fields), ...GRID };
const verdict = (id: string, rows: readonly Row[], c = config): Verdict => verdictOf(study.claims(c), id, tableOf(rows));

/** Steps on a hyperbola with its bend at 40, but for one batch size that is off it; the noise scale and the best rate of the smallest batch. */
const measured = (simple: number, off = 1, rate = 0.2): readonly Row[] =>
  SIZES.flatMap((B, i) => [
    { kind: 'point', chart: 'rate', series: 'best', x: B, seed: 0, y: i === 0 ? rate : 0.2 } as const,
    ...draw('steps', 'measured', B, () => stepsFor({ minSteps: 100, critical: 40 }, B)),
    ...draw('residual', 'fit', B, () => (i === 2 ? off : 1)),
    ...draw('critical', 'fit', B, () => 40),
    ...draw('critical', 'simple', B, () => simple),
  ]);

describe('statistics', () => {
  it('name the batch sizes whose best rate is at an end of the grid, in whatever order it is given', () => {
    const table = tableOf(measured(40, 1, 0.1));
    expect(optima(table, { ...GRID, rates: [0.4, 0.1, 0.2] })).toEqual({ atEdge: [4], missing: [] });
    expect(optima(table, { ...GRID, batches: [1024, 4, 16] })).toEqual({ atEdge: [4], missing: [1024] });
  });
  it.each([
    [1, false, true],
    [1 / 1.6, true, false],
    [1.25, false, false],
  ])('of steps off the fit by %d: beyond a band of 1.25 is %s, within it is %s', (off, beyond, within) =>
    expect(residuals(tableOf(measured(40, off)), 1.25)).toMatchObject({ beyond, within }),
  );
  it('compare the fit with the noise scale at the nearest batch size, seed by seed', () => {
    const table = tableOf(
      SIZES.flatMap((B) => [
        ...draw('critical', 'fit', B, (s) => 40 * 1.1 ** s, 0, 5),
        ...draw('critical', 'simple', B, (s) => B * 1.1 ** s, 0, 5),
      ]),
    );
    const { near, log } = prediction(table)!;
    // The mean of ln over seeds is that of 40 · 1.1²: 48.4, nearer to 64 than to 16.
    expect(near.x).toBe(64);
    expect(log.mean).toBeCloseTo(Math.log(40 / 64), 14);
  });
  it('predict nothing where a fit has no bend, or there is none', () => {
    expect(prediction(tableOf())).toBeUndefined();
    expect(
      prediction(
        tableOf(
          measured(40),
          draw('critical', 'fit', 4, (s) => (s === 0 ? -1 : 40)),
        ),
      ),
    ).toBeUndefined();
  });
});

describe('claims', () => {
  it.each([
    [1, 'agrees'],
    [1.6, 'disagrees'],
    [1.25, 'inconclusive'],
  ] as const)('one batch size off the curve by %d: %s', (off, want) => expect(verdict('hyperbola', measured(40, off))).toBe(want));
  it.each([
    [60, 'agrees'],
    [400, 'disagrees'],
    [40 * Math.sqrt(10), 'inconclusive'],
  ] as const)('a noise scale of %d against 40: %s', (simple, want) => expect(verdict('predicts', measured(simple))).toBe(want));
  it.each(['hyperbola', 'predicts'])('%s is left open by a best rate at the edge, a missing batch size, and no rows', (id) => {
    expect(verdict(id, measured(40, 1, 0.4))).toBe('inconclusive');
    expect(verdict(id, measured(40), { ...config, batches: [...SIZES, 1024] })).toBe('inconclusive');
    expect(verdict(id, [])).toBe('inconclusive');
  });
});
