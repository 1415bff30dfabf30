import { describe, expect, it } from 'vitest';
import { kernelByName, oracleOf, ORACLES } from './index';

describe('the registry of kernels', () => {
  it('finds every kernel by its name, which no other has', () => {
    expect(new Set(ORACLES.map((o) => o.kernel.name)).size).toBe(ORACLES.length);
    for (const oracle of ORACLES) {
      expect(oracleOf(oracle.kernel.name)).toBe(oracle);
      expect(kernelByName(oracle.kernel.name)).toBe(oracle.kernel);
    }
  });
  it('names what there is when asked for what there is not', () =>
    expect(() => kernelByName('mamtul')).toThrow(/no kernel 'mamtul'.*matmul/));
  it('cannot be changed', () => expect(Object.isFrozen(ORACLES)).toBe(true));
});
