/** The claims and their statistics on made-up runs that are as theory has it, otherwise, and too short. */
import { describe, expect, it } from 'vitest';
import { RowTable } from '../../../src/lab/table';
import { curve, verdictsOf } from '../worlds';
import type { Config } from './fields';
import { distances, endOf, riseAndFall } from './statistics';
import { theory } from './theory';

const config: Config = {
  noise: 0.05,
  slowScale: 0.2,
  examples: 30,
  features: 24,
  steps: 200,
  seeds: 6,
  rate: 1,
  signal: 1,
  slowShare: 0.12,
  seed: 0,
};
const verdicts = verdictsOf('over-time', config);
const exact = theory(config).find((k) => k.series === 'measured')!;
const at = new Map(exact.x.map((x, i) => [x, exact.y[i]!]));

interface World {
  readonly risk?: (x: number) => number;
  /** Distance of the GPU from the closed form; float32's is 1e-6. */
  readonly gpu?: number;
  readonly left?: number;
  readonly last?: number;
}
const world = ({ risk = (x) => at.get(x)!, gpu = 2e-6, left = 0.01, last = config.steps }: World = {}) => {
  const ended = last === config.steps ? [last] : [];
  return [
    ...curve(
      ['epoch', 'measured'],
      exact.x.filter((x) => x <= last),
      risk,
    ),
    ...curve(['deviation', 'gpu'], [last], () => gpu),
    ...curve(['deviation', 'cpu'], [last], () => 1e-6),
    ...curve(['limit', 'left'], ended, () => left),
    ...curve(['limit', 'gpu'], ended, () => gpu),
    ...curve(['limit', 'cpu'], ended, () => 1e-6),
  ];
};
const all = (verdict: string) => ({ 'closed-form': verdict, limit: verdict, 'epoch-peak': verdict });

describe('claims', () => {
  it('as theory has it', () => {
    expect(verdicts(world())).toEqual(all('agrees'));
  });
  it('otherwise', () => {
    expect(verdicts(world({ gpu: 1e-4 }))).toMatchObject({ 'closed-form': 'disagrees', limit: 'disagrees' });
    expect(verdicts(world({ risk: (x) => 1 / x }))).toMatchObject({ 'closed-form': 'agrees', 'epoch-peak': 'disagrees' });
  });
  it('too short', () => {
    expect(verdicts([])).toEqual(all('inconclusive'));
    expect(verdicts(world({ last: 150 }))).toEqual({ 'closed-form': 'agrees', limit: 'inconclusive', 'epoch-peak': 'inconclusive' });
    expect(verdicts(world({ left: 0.2 }))).toMatchObject({ limit: 'inconclusive' });
  });
  it('features of one speed, whose closed form does not fall again', () => {
    const change = { slowScale: 1 };
    const once = theory({ ...config, ...change }).find((k) => k.series === 'measured')!;
    const rows = curve(['epoch', 'measured'], once.x, (x) => once.y[once.x.indexOf(x)]!);
    expect(verdicts(rows, change)).toMatchObject({ 'epoch-peak': 'inconclusive' });
  });
});

describe('statistics', () => {
  it('take the largest value of all seeds', () => {
    const table = new RowTable(world({ gpu: 3e-6, left: 0.02 }));
    // Eight seeds 1 % apart, evenly on either side of the mean: the largest is 3.5 % above it.
    expect(distances(table)).toMatchObject({ gpu: 3e-6 * 1.035, cpu: 1e-6 * 1.035, steps: config.steps, seeds: 8 });
    expect(endOf(table)).toEqual({ left: 0.02 * 1.035, gpu: 3e-6 * 1.035, cpu: 1e-6 * 1.035 });
  });
  it('find the turns of a curve by the share that counts', () => {
    expect(riseAndFall([5, 2, 4, 3], 0.05)).toEqual({ valley: 1, peak: 2, end: 3 });
    expect(riseAndFall([5, 2, 2.08, 1], 0.05)).toBeUndefined();
    expect(riseAndFall([5, 4, 3, 2], 0.05)).toBeUndefined();
    expect(riseAndFall([1, 2, 3, 4], 0.05)).toBeUndefined();
  });
});
