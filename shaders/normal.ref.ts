/** Exact oracle and test shapes for normal.ts. Its accuracy against float64 Box–Muller is a test of its own. */
import type { Oracle } from './kernel';
import { normal, normalPair } from './normal';
import type { DrawDims } from './uniform';
import { drawCases, drawEval, randomWords } from './uniform.ref';

export const normalRef: Oracle<DrawDims, Record<never, never>> = {
  kernel: normal,
  cases: drawCases,
  eval: drawEval(normalPair),
  input: (binding, size, _, random) => (binding === 'key' ? randomWords(size, random) : undefined),
  exactOnIntegers: true,
};
