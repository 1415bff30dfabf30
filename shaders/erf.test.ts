/** The float64 erf against printed values, and the fit of erf.ts against it between any two points of a grid. */
import { describe, expect, it } from 'vitest';
import { erf64, erfUlps, FIT, logErfc, SPLIT } from './erf';

describe('erf in float64', () => {
  // Abramowitz & Stegun, table 7.1, to the 10 digits printed there.
  it.each([
    [0, 0],
    [0.1, 0.112462916],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [1.5, 0.9661051465],
    [2, 0.995322265],
  ])('erf(%f)', (x, printed) => {
    expect(Math.abs(erf64(x) - printed)).toBeLessThanOrEqual(0.5e-10 * (1 + 2 ** -20));
    expect(erf64(-x)).toBe(-erf64(x)); // −0 stays −0
  });
  it('has the derivative 2/√π·exp(−x²), ends in 1, and keeps NaN', () => {
    const h = 2 ** -10;
    for (let x = -3; x <= 3; x += 0.37) {
      const slope = (8 * (erf64(x + h) - erf64(x - h)) - (erf64(x + 2 * h) - erf64(x - 2 * h))) / (12 * h);
      // The rule's remainder is h⁴/30 times the fifth derivative, at most 2/√π·12; values round by some 2⁻⁵⁰.
      expect(Math.abs(slope - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x))).toBeLessThanOrEqual((h ** 4 / 30) * 14 + 2 ** -49 / h);
    }
    expect([erf64(6), erf64(Infinity), erf64(-Infinity)]).toEqual([1, 1, -1]);
    expect(erf64(NaN)).toBeNaN();
    expect(Math.abs(erf64(5.999999) - 1)).toBeLessThanOrEqual(2 ** -49);
  });
});

it('the fit errs by less than FIT of erf on [7/8, 4]', () => {
  const n = 20_000;
  const step = (4 - SPLIT) / n;
  for (let i = 0; i <= n; i++) {
    const t = SPLIT + i * step;
    expect(Math.abs(1 - Math.exp(logErfc(t)) - erf64(t))).toBeLessThanOrEqual(FIT * erf64(t));
  }
});

it('a few ulp are enough everywhere', () => {
  const worst = Math.max(...Array.from({ length: 6000 }, (_, i) => erfUlps(i / 1000, erf64(i / 1000))));
  expect(worst).toBeLessThan(9);
});
