/** Size and power of a test against what it promises, within the error of the simulation. For tests. */
import { expect, it } from 'vitest';
import { binomialBound } from '../../core/stats';
import { characteristic, SETUPS } from './operating';
import { ALPHA, POWER } from './index';

/** Chance of blaming a test that keeps its promise. Draws are fixed, so it is met once or never. */
const BY_CHANCE = 0.001;
/** Share that a rate of at most `rate` exceeds with chance BY_CHANCE. */
const most = (draws: number, rate: number): number => binomialBound(draws, rate, BY_CHANCE) / draws;

/** Of all setups of that name: no more errors than the size allows, and as many finds as the power promises. */
export const expectCharacteristics = (name: string): void => {
  const setups = SETUPS.filter(({ test }) => test === name || test.startsWith(`${name},`));
  if (setups.length === 0) throw new Error(`no setup is called ${name}`);
  it.each(setups.map((s) => [s.test, s] as const))('%s keeps size and power', (_, setup) => {
    const { size, power, falseAlarms } = characteristic(setup);
    expect(size).toBeLessThanOrEqual(most(setup.draws, ALPHA));
    expect(falseAlarms).toBeLessThanOrEqual(most(setup.draws, ALPHA));
    expect(power).toBeGreaterThanOrEqual(1 - most(setup.draws, 1 - POWER));
  });
};
