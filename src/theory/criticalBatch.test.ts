import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { examplesFor, fitTradeoff, stepsFor } from './criticalBatch';

const truth = { minSteps: 120, critical: 40 };
const batches = [2, 8, 32, 128, 512];
const curve = batches.map((batch) => ({ batch, steps: stepsFor(truth, batch) }));

describe('the hyperbola of steps and examples', () => {
  it.each(batches)('holds at batch %i', (batch) => {
    const product = (stepsFor(truth, batch) / truth.minSteps - 1) * (examplesFor(truth, batch) / (truth.minSteps * truth.critical) - 1);
    // Five roundings, magnified by the subtraction of 1 from a ratio up to 1 + 512/40.
    expect(Math.abs(product - 1)).toBeLessThanOrEqual(8 * 20 * Number.EPSILON);
  });
  it('has twice the fewest steps and twice the fewest examples at the critical batch', () => {
    expect([stepsFor(truth, 40), examplesFor(truth, 40)]).toEqual([240, 2 * 120 * 40]);
  });
});

describe('the fit', () => {
  it('finds the curve that the points lie on', () => {
    const fit = fitTradeoff(curve);
    // Golden section cannot place a minimum better than √ε of the argument.
    expect(Math.abs(Math.log(fit.critical / truth.critical))).toBeLessThan(1e-6);
    expect(Math.abs(Math.log(fit.minSteps / truth.minSteps))).toBeLessThan(1e-6);
    for (const r of fit.residuals) expect(Math.abs(r)).toBeLessThan(1e-6);
  });
  it('is least squares in ln S: moving either parameter makes it worse', () => {
    const bent = curve.map((p, i) => ({ ...p, steps: p.steps * (i % 2 === 0 ? 1.2 : 0.9) }));
    const fit = fitTradeoff(bent);
    const error = (t: typeof truth): number => bent.reduce((s, p) => s + Math.log(p.steps / stepsFor(t, p.batch)) ** 2, 0);
    for (const factor of [0.99, 1.01]) {
      expect(error({ ...fit, critical: factor * fit.critical })).toBeGreaterThan(error(fit));
      expect(error({ ...fit, minSteps: factor * fit.minSteps })).toBeGreaterThan(error(fit));
    }
  });
  it('says where there is no bend', () => {
    expect(fitTradeoff(batches.map((batch) => ({ batch, steps: 100 }))).critical).toBe(0);
    expect(fitTradeoff(batches.map((batch) => ({ batch, steps: 1e6 / batch }))).critical).toBe(Infinity);
  });
  it('refuses too few batch sizes and what is not positive', () => {
    expect(() => fitTradeoff(curve.slice(0, 2))).toThrow(ConfigError);
    expect(() => fitTradeoff([...curve, { batch: 1, steps: 0 }])).toThrow(ConfigError);
  });
});
