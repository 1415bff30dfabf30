/** Claims and statistics on made-up rows: what agrees, what disagrees and what is left open. */
import { expect, it } from 'vitest';
import type { Row } from '../../../src/lab/study';
import { drawer, tableOf, verdictOf } from '../madeUp';
import { claims } from './claims';
import { agreement, growth } from './statistics';

const draw = drawer();
const grown = (factor: number, seeds?: number, scatter = 0.1): readonly Row[] =>
  [10, 100, 1000].flatMap((x, i) => draw('stretches', 'scale', x, () => 50 * factor ** i, scatter, seeds));
const apart = (ratio: number): readonly Row[] =>
  Array.from({ length: 10 }, (_, i) => draw('agreement', 'trace', i + 1, () => ratio, 0.1)).flat();

it('growth is the mean of ln(last / first), of the seeds themselves', () => {
  const { first, last, log } = growth(
    tableOf(
      draw('stretches', 'scale', 10, (s) => 2 ** s, 0, 5),
      draw('stretches', 'scale', 90, (s) => 3 * 2 ** s, 0, 5),
    ),
  )!;
  expect([first.x, last.x]).toEqual([10, 90]);
  expect(log.mean).toBeCloseTo(Math.log(3), 14);
  expect(log.high - log.low).toBeCloseTo(0, 12);
});
it('there is no growth before two stretches', () => {
  expect(growth(tableOf())).toBeUndefined();
  expect(growth(tableOf(draw('stretches', 'scale', 10, () => 50)))).toBeUndefined();
});
it('the two estimators are compared wherever both were asked', () => {
  expect(agreement(tableOf(apart(1))).map((p) => p.x)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

it.each([
  [3, 'agrees'],
  [0.3, 'disagrees'],
  [1, 'inconclusive'],
] as const)('a noise scale that changes by %d from stretch to stretch: %s', (factor, want) =>
  expect(verdictOf(claims(), 'grows', tableOf(grown(factor)))).toBe(want),
);
it('four seeds, no rows, or a gradient lost at the end say nothing', () => {
  expect(verdictOf(claims(), 'grows', tableOf(grown(3, 4)))).toBe('inconclusive');
  expect(verdictOf(claims(), 'grows', tableOf())).toBe('inconclusive');
  const lost = draw('stretches', 'scale', 2000, (s) => (s === 0 ? NaN : 500));
  expect(verdictOf(claims(), 'grows', tableOf(grown(3), lost))).toBe('inconclusive');
});
it.each([
  [1, 'agrees'],
  [1.3, 'disagrees'],
] as const)('two estimators that are %d apart: %s', (ratio, want) =>
  expect(verdictOf(claims(), 'estimators', tableOf(apart(ratio)))).toBe(want),
);
it('two estimators at a few steps only say nothing', () =>
  expect(verdictOf(claims(), 'estimators', tableOf(draw('agreement', 'trace', 1, () => 1)))).toBe('inconclusive'));
