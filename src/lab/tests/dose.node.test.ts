import { describe, expect, it } from 'vitest';
import { doseResponse } from './index';
import { expectCharacteristics } from './expectCharacteristics';

const response = (trials: number, ...successes: readonly number[]) =>
  doseResponse(
    successes.map((s, i) => ({ dose: 0.2 + 0.1 * i, successes: s, trials })),
    { least: 50 },
  );

describe('dose response', () => {
  it.each([
    ['a threshold', [0, 0, 5, 5, 5], 'agrees'],
    ['a slope', [1, 2, 4, 4, 5], 'agrees'],
    ['a slope or none', [1, 3, 2, 3, 4], 'inconclusive'],
    ['everywhere', [5, 5, 5, 5, 5], 'inconclusive'],
    ['backwards', [5, 5, 5, 0, 0], 'disagrees'],
  ] as const)('%s, five seeds', (_, successes, decision) => expect(response(5, ...successes)).toMatchObject({ decision, n: 25 }));
  it.each([
    ['half of the seeds at each', [20, 20, 20, 20, 20], 'disagrees'],
    ['hardly a rise', [18, 20, 20, 20, 22], 'disagrees'],
    ['a slope', [2, 10, 20, 30, 38], 'agrees'],
  ] as const)('%s, forty seeds', (_, successes, decision) => expect(response(40, ...successes).decision).toBe(decision));

  it('finds the odds and the dose of a half', () => {
    const found = response(1000, 119, 269, 500, 731, 881); // odds e^-2, e^-1, 1, e, e²
    expect(Math.log(found.effect)).toBeCloseTo(4, 1);
    expect(found.half).toBeCloseTo(0.4, 3);
  });
  it('wants two doses', () => expect(() => response(5, 3)).toThrow('two doses'));
  expectCharacteristics('dose response');
});
