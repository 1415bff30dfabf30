import { expect, test } from 'vitest';
import { threefry2x32 } from './threefry';

// Random123's kat_vectors, threefry2x32 with 20 rounds.
test.each([
  [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
  [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
])('known answer for key %i %i, counter %i %i', (k0, k1, c0, c1, x0, x1) => {
  expect(threefry2x32(k0, k1, c0, c1)).toEqual([x0, x1]);
});
