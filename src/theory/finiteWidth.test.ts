import { describe, expect, it } from 'vitest';
import { stream } from '../core/random';
import { meanInterval } from '../core/stats';
import { widthVariance } from './finiteWidth';
import { infiniteWidth, inputGram } from './infiniteWidth';
import { dense } from './linalg';

const X = dense(stream(3, 1).fillNormal(new Float64Array(12)), 4, 3);
const input = inputGram(X);

/** The tangent kernel of one hidden layer of n ReLUs, drawn, entry by entry from its definition. */
const drawn = (n: number, sw2: number, seed: number): Float64Array => {
  const { normal } = stream(seed, 2);
  const out = new Float64Array(16);
  for (let j = 0; j < n; j++) {
    const w = normal(4 * j);
    const u = Array.from(
      { length: 4 },
      (_, i) => Math.sqrt(sw2 / 3) * [0, 1, 2].reduce((s, a) => s + X.data[3 * i + a]! * normal(4 * j + 1 + a), 0),
    );
    for (let at = 0; at < 16; at++) {
      const [p, q] = [u[at >> 2]!, u[at % 4]!];
      if (p > 0 && q > 0) out[at] = out[at]! + (sw2 / n) * (p * q + w * w * sw2 * input.gram.data[at]!);
    }
  }
  return out;
};

describe('the distance of a finite kernel from its limit', () => {
  it.each([
    [1, 2],
    [7, 2],
    [7, 0.5],
  ])('of width %i, σw² = %f, is that of drawn networks', (n, sw2) => {
    const { data } = infiniteWidth(input, { activation: 'relu', depth: 1, weightVariance: sw2, biasVariance: 0 }).ntk;
    const size = data.reduce((s, v) => s + v * v, 0);
    const squares = Array.from(
      { length: 4000 },
      (_, s) => (n * drawn(n, sw2, s).reduce((sum, v, at) => sum + (v - data[at]!) ** 2, 0)) / size,
    );
    // The seeds are fixed; a correct formula is outside with probability 1e-5.
    const { low, high } = meanInterval(squares, 1 - 1e-5);
    expect(widthVariance(input, sw2)).toBeGreaterThan(low);
    expect(widthVariance(input, sw2)).toBeLessThan(high);
  });
  it('is 3 for one input: E g = q and E g² = (3/2 + 1 + 3/2)q²', () => {
    const one = inputGram(dense(Float64Array.of(1, 2, -2), 1, 3));
    expect(Math.abs(widthVariance(one, 2) - 3)).toBeLessThanOrEqual(2 ** -48);
  });
});
