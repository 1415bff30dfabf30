/** Float64 oracle of copy.ts: exact. */
import { copy, type CopyOptions } from './copy';
import type { Oracle } from './kernel';

export const copyRef: Oracle<'n', CopyOptions> = {
  kernel: copy,
  cases: [{ n: 4 }, { n: 1024 }, { n: 4096 }, { n: 4100 }, { n: 10_236 }],
  exactOnIntegers: true,
  input: (binding, size, _, random) =>
    binding === 'x' ? Float64Array.from({ length: size }, () => Math.floor((random() + 1) * 2 ** 31)) : undefined,
  eval: ([x]) => [{ value: x!.slice(), bound: new Float64Array(x!.length) }],
};
