/** The claims and their statistics on made-up runs that are as published, otherwise, and too small. */
import { describe, expect, it } from 'vitest';
import { curve, summaries, verdictsOf, type Spread } from '../worlds';
import { PUBLISHED } from './published';
import { compared, lossPeak } from './statistics';

const verdicts = verdictsOf('networks', { widths: PUBLISHED.widths, ...PUBLISHED.recipe });
const { widths } = PUBLISHED;
const published = (h: number): number => PUBLISHED.error[widths.findIndex((w) => w === h)]! / 100;
/** Peaked at 47, from where on the training set is fitted. */
const loss = (h: number): number => (h === 47 ? 3 : 2);
const fit = (h: number): number => (h < 47 ? 0.2 : 0.001);
interface World extends Spread {
  readonly error?: (h: number) => number;
  readonly loss?: (h: number) => number;
  readonly fit?: (h: number) => number;
}
const world = (w: World = {}) => [
  ...curve(['error', 'test'], widths, w.error ?? published, w),
  ...curve(['error', 'train'], widths, w.fit ?? fit, w),
  ...curve(['loss', 'test'], widths, w.loss ?? loss, w),
];
const all = (verdict: string) => ({ peak: verdict, 'loss-peak': verdict, published: verdict, interpolates: verdict });
const falling = (h: number): number => 1 / h;

describe('claims', () => {
  it('as published', () => {
    expect(verdicts(world())).toEqual(all('agrees'));
  });
  it('otherwise', () => {
    const other = verdicts(world({ error: falling, loss: falling, fit: (h) => (h < 47 ? 0.2 : 0.01) }));
    expect(other).toEqual(all('disagrees'));
    expect(verdicts(world({ loss: (h) => (h === 177 ? 3 : 2) }))).toMatchObject({ 'loss-peak': 'disagrees' });
    expect(verdicts(world({ error: (h) => published(h) + (h === 9 ? 0.06 : 0) }))).toMatchObject({ published: 'disagrees' });
  });
  it('too little', () => {
    expect(verdicts(world({ seeds: 4 }))).toEqual({ ...all('inconclusive'), interpolates: 'agrees' });
    expect(verdicts(world({ spread: 1 }))).toMatchObject({ peak: 'inconclusive', 'loss-peak': 'inconclusive' });
    expect(verdicts([])).toEqual(all('inconclusive'));
    expect(verdicts(world({ fit: () => 0.2 }))).toMatchObject({ 'loss-peak': 'inconclusive' });
  });
  it('another recipe, or too few epochs to count against a claim', () => {
    const early = verdicts(world({ error: falling, fit: () => 0.01 }), { epochs: 100 });
    expect(early).toMatchObject({ peak: 'inconclusive', published: 'inconclusive', interpolates: 'inconclusive' });
    expect(verdicts(world(), { labelNoise: 0 })).toMatchObject({ peak: 'inconclusive' });
  });
});

const points = (series: readonly [string, string], y: (h: number) => number) => summaries(curve(series, widths, y));
describe('statistics', () => {
  it('lossPeak looks one width to either side of the first that fits', () => {
    const found = lossPeak(points(['loss', 'test'], loss), points(['error', 'train'], fit));
    expect(found).toMatchObject({ peak: { peak: { x: 47 } }, first: { x: 47 }, near: [27, 47, 61], inside: true, monotone: false });
    const none = lossPeak(
      points(['loss', 'test'], falling),
      points(['error', 'train'], () => 0.2),
    );
    expect(none).toEqual({ peak: undefined, first: undefined, near: [], inside: false, monotone: true });
  });
  it('compared allows the band beyond the interval, and passes over other widths', () => {
    const far = compared(summaries(curve(['error', 'test'], [9, 10, 16], (h) => published(h === 16 ? 16 : 9) + (h === 9 ? 0.1 : 0))));
    expect(far.map(({ point, outside }) => [point.x, outside])).toEqual([
      [9, true],
      [16, false],
    ]);
  });
});
