/** The claims on made-up runs that are as published, otherwise, and too small. */
import { expect, it } from 'vitest';
import { curve, verdictsOf, type Spread } from '../worlds';
import { fields } from './fields';

const verdicts = verdictsOf('random-features');
const { counts, examples } = { counts: fields.counts.default, examples: fields.examples.default };
/** From 1 to `after`, with a spike at `place`. */
const spiked =
  (place: number, after: number) =>
  (N: number): number =>
    N === place ? 9 : N < place ? 1 : after;
const flat = (): number => 0.8;
const world = (plain: (N: number) => number, ridged: (N: number) => number, o?: Spread) => [
  ...curve(['risk', 'min-norm'], counts, plain, o),
  ...curve(['risk', 'ridge'], counts, ridged, o),
];
const all = (verdict: string) => ({ peak: verdict, ridge: verdict, 'second-descent': verdict });

it('as published', () => {
  expect(verdicts(world(spiked(examples, 1.2), flat))).toEqual(all('agrees'));
});
it('otherwise', () => {
  expect(verdicts(world(spiked(800, 1.2), flat))).toMatchObject({ peak: 'disagrees', ridge: 'disagrees' });
  expect(verdicts(world(spiked(examples, 0.8), flat))).toMatchObject({ peak: 'agrees', 'second-descent': 'disagrees' });
  expect(verdicts(world(spiked(examples, 1.2), spiked(examples, 1.2)))).toMatchObject({ ridge: 'disagrees' });
});
it('too little', () => {
  const right = world(spiked(examples, 1.2), flat);
  expect(verdicts(world(spiked(examples, 1.2), flat, { seeds: 4 }))).toEqual(all('inconclusive'));
  expect(verdicts(right.filter((p) => p.series === 'min-norm'))).toMatchObject({ peak: 'agrees', ridge: 'inconclusive' });
  expect(verdicts(right, { labelNoise: 0 })).toMatchObject({ 'second-descent': 'inconclusive' });
});
