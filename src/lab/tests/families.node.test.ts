import { expect, it } from 'vitest';
import { falseAlarms, holm } from './index';

it('holm multiplies the smallest by their number, the next by one less, and never falls', () => {
  expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  expect(holm([0.5, 0.6])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
it('false alarms add up', () => expect(falseAlarms([{}, { alpha: 0.01 }, {}])).toEqual({ claims: 3, expected: 0.05 + 0.01 + 0.05 }));
