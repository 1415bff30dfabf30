/** Made-up runs for each claim: by the law of the risk, plausibly otherwise, and too little. */
import { USE } from '../../../src/core/random';
import { sampler, type Sampler } from '../../../src/core/sampler';
import type { PointRow, Triple } from '../../../src/lab/study';
import { optimalRidgeRiskMisspecified } from '../../../src/theory/index';
import type { Config } from './fields';
import { riskLaw } from './law';
import { placesOf } from './places';
import { grid, problemAt, ridgeLimit, riskAt, threshold } from './theory';

/** Draws the risk at x. */
type Law = (x: number) => (draws: Sampler) => number;
const rows = (c: Config, seed: number, seeds: number, series: string, law: Law): readonly PointRow[] =>
  grid(c).flatMap((x, i) => {
    const draws = sampler(seed, USE.noise, i);
    const draw = law(x);
    return Array.from({ length: seeds }, (_, s): PointRow => ({ kind: 'point', chart: 'risk', series, x, seed: s, y: draw(draws) }));
  });

/** Spread of the ridge’s risk over seeds, as a share. */
const RIDGE_SPREAD = 0.1;
const about =
  (mean: number) =>
  ({ normal }: Sampler): number =>
    mean * Math.exp(RIDGE_SPREAD * normal());
const FEW = 4;

const exact =
  (c: Config): Law =>
  (x) =>
    riskLaw(c, x);
const ridgeAt = (c: Config, x: number): number => optimalRidgeRiskMisspecified(ridgeLimit(problemAt(c, x)));
const ridge =
  (c: Config): Law =>
  (x) =>
    about(ridgeAt(c, x));

/** The same right world, and the same too few seeds of it, for every claim on one of the curves. */
const triple = (series: string, right: (c: Config) => Law, wrong: (c: Config) => Law): Triple<Config> => ({
  right: (c, seed) => rows(c, seed, c.seeds, series, right(c)),
  wrong: (c, seed) => rows(c, seed, c.seeds, series, wrong(c)),
  few: (c, seed) => rows(c, seed, FEW, series, right(c)),
});
const plain = (wrong: (c: Config) => Law): Triple<Config> => triple('min-norm', exact, wrong);

/** The curve with its peak at 1.5 times the threshold. */
const elsewhere =
  (c: Config): Law =>
  (x) =>
    riskLaw(c, Math.max(1, Math.round(x / 1.5)));
/** Up to the threshold as it is; past it the risk stays where it is highest, and rises a little. */
const stays =
  (c: Config): Law =>
  (x) => {
    const at = threshold(c);
    return x <= at ? riskLaw(c, x) : about((riskAt(c, at + 2) * x) / at);
  };
/** Past the threshold as far above the first minimum as it should be below, or the other way round. */
const swapped =
  (c: Config): Law =>
  (x) => {
    const places = placesOf(c);
    const factor = places && x > threshold(c) ? (riskAt(c, places.before) / riskAt(c, places.after)) ** 2 : 1;
    return (draws) => factor * riskLaw(c, x)(draws);
  };
/** A ridge that leaves a peak of twice its start a little before the threshold. */
const ridgeWithPeak =
  (c: Config): Law =>
  (x) => {
    const peak = 2 * ridgeAt(c, grid(c)[0]!) * Math.exp(-(((x / threshold(c) - 0.8) / 0.3) ** 2));
    return about(Math.max(ridgeAt(c, x), peak));
  };

export const worlds = {
  // The formula of the limit, n − p in place of n − p − 1: one degree of freedom more.
  coverage: plain((c) => (x) => riskLaw(c, x, 1)),
  peak: plain(elsewhere),
  ridge: triple('ridge', ridge, ridgeWithPeak),
  'second-descent': plain(stays),
  minima: plain(swapped),
} satisfies Readonly<Record<string, Triple<Config>>>;
