/** Statistics on curves whose peaks and minima are known. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/errors';
import { highest, innerPeak, lowest, minimaOf, monotone, peakOf, spikeAt } from './statistics';
import { curve, summaries, type Spread } from './worlds';

const XS = [1, 2, 4, 8, 16];
const points = (y: Readonly<Record<number, number>>, o?: Spread) =>
  summaries(
    curve(
      ['risk', 'min-norm'],
      XS.filter((x) => x in y),
      (x) => y[x]!,
      o,
    ),
  );
const peaked = points({ 1: 3, 2: 2, 4: 9, 8: 4, 16: 1 });

describe('highest and lowest', () => {
  it('pass over means that are not finite', () => {
    const s = points({ 1: NaN, 2: 5, 4: 7, 8: Infinity, 16: 6 });
    expect([highest(s)?.x, lowest(s)?.x]).toEqual([4, 2]);
    expect(highest(points({ 1: NaN }))).toBeUndefined();
  });
});

describe('peakOf', () => {
  it('finds the highest mean and how finely the grid places it', () => {
    expect(peakOf(peaked, 4, XS)).toMatchObject({ highest: { x: 4 }, spacing: 2, atThreshold: true });
    expect(peakOf(peaked, 5, XS)).toMatchObject({ spacing: 1, atThreshold: true });
    expect(peakOf(peaked, 16, XS)).toMatchObject({ spacing: 8, atThreshold: false });
  });
});

describe('spikeAt', () => {
  it('gives both curves at the threshold and the higher end of each', () => {
    const flat = points({ 1: 2, 4: 2.5, 16: 1 });
    expect(spikeAt(peaked, flat, 4)).toMatchObject({
      plain: { x: 4 },
      ridged: { x: 4 },
      plainEnd: peaked[0]!.mean,
      ridgedEnd: flat[0]!.mean,
    });
    expect(spikeAt(peaked, flat, 8)).toBeUndefined();
  });
});

describe('minimaOf', () => {
  it('finds the lowest means before and after', () => {
    expect(minimaOf(peaked, 4)).toMatchObject({ before: { x: 2 }, after: { x: 16 }, apart: true, lower: true });
    expect(minimaOf(peaked, 16)).toBeUndefined();
  });
  it('says when their intervals meet', () => {
    expect(minimaOf(points({ 2: 2, 4: 9, 8: 1.9 }, { spread: 0.1 }), 4)).toMatchObject({ apart: false, lower: true });
    expect(minimaOf(points({ 2: 2, 4: 9, 8: 2.9 }), 4)).toMatchObject({ apart: true, lower: false });
  });
});

describe('monotone and innerPeak', () => {
  it('tell a peak from a fall', () => {
    const falling = points({ 1: 5, 2: 4, 4: 3, 8: 2, 16: 1 });
    expect([monotone(falling), innerPeak(falling)]).toEqual([true, undefined]);
    expect(monotone(peaked)).toBe(false);
    expect(innerPeak(peaked)).toMatchObject({ valley: { x: 2 }, peak: { x: 4 }, end: { x: 16 } });
  });
  it('find neither where intervals are wide', () => {
    const wide = points({ 1: 3, 2: 2, 4: 9, 8: 4, 16: 1 }, { spread: 1 });
    expect([monotone(wide), innerPeak(wide)]).toEqual([false, undefined]);
  });
  it('have no interval of one seed', () => {
    const one = points({ 1: 5, 2: 4 }, { seeds: 1 });
    expect(monotone(one)).toBe(false);
    expect(() => innerPeak(one)).toThrow(ConfigError);
  });
  it('widen intervals for having looked at every point', () => {
    // Eight seeds 5 % apart: a 95 % interval of ±10 % of the mean, ±18 % at 99 %, the confidence for five points.
    const near = points({ 1: 1.3, 2: 1, 4: 1.3, 8: 1.3, 16: 1 }, { spread: 0.05 });
    const [valley, peak] = [near[1]!, near[2]!];
    expect(valley.high).toBeLessThan(peak.low);
    expect(innerPeak(near)).toBeUndefined();
  });
});
