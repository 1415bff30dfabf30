/** The claims in made-up worlds, the law of the risk against its mean, and which claims apply. */
import { describe, expect, it } from 'vitest';
import { USE } from '../../../src/core/random';
import { sampler } from '../../../src/core/sampler';
import { mean, standardError } from '../../../src/core/stats';
import { presetConfig, parseConfig } from '../../../src/lab/schema';
import { studyNamed } from '../../../src/lab/study';
import { expectTriples } from '../../../src/lab/triples';
import phenomenon from '../phenomenon';
import { claims } from './claims';
import type { Config } from './fields';
import { riskLaw } from './law';
import { riskAt } from './theory';

const study = studyNamed(phenomenon, 'linear');
const quick = presetConfig(study, 'quick');
const c: Config = { sweep: 'features', examples: 40, features: 120, signal: 1, noise: 0.25, seeds: 50, points: 21, seed: 0 };
const ids = (change: Partial<Config>): readonly string[] => claims({ ...c, ...change }).map((k) => k.id);

describe('claims', () => {
  it('come out as they must along model size', () => expectTriples(study, quick));
  it('come out as they must along sample size', () =>
    expectTriples(study, parseConfig(study.fields, { sweep: 'examples', features: 30 }, quick)));

  it('apply where there is something to amplify', () => {
    expect(ids({})).toEqual(['coverage', 'peak', 'ridge', 'second-descent', 'minima']);
    expect(ids({ noise: 0, sweep: 'examples' })).toEqual(['coverage']);
    expect(ids({ examples: 80, features: 60 })).toEqual(['coverage']);
    expect(ids({ signal: 0, noise: 0 })).toEqual([]);
    expect(ids({ signal: 0 })).not.toContain('ridge');
  });
});

describe('the law of the risk', () => {
  it.each([8, 30, 52, 100])('has the formula for its mean, p = %i of 120 at n = 40', (x) => {
    const draws = sampler(5, USE.noise, x);
    const law = riskLaw(c, x);
    const values = Float64Array.from({ length: 20_000 }, () => law(draws));
    // Four standard errors: once in 16,000 tries by chance; the draws are always the same.
    expect(Math.abs(mean(values) - riskAt(c, x))).toBeLessThan(4 * standardError(values));
  });
});
