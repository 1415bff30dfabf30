/**
 * The quadratic's settings, one for each step size, momentum and seed, and its exact variance. In units h = σ = 1, on which only the
 * scale of θ depends.
 */
import type { Curve } from '../../../src/lab/study';
import { largestStep, settlingSteps, stationaryVariance, varianceFromRest, type NoisyQuadratic } from '../../../src/theory/index';
import { logMarks } from '../marks';
import { ascending, seedsOf } from '../settings';
import type { Config } from './fields';

/** What of the variance's way to its stationary value may be missing when averaging begins: far below what a run can tell. */
const SETTLED = 1e-4;
const DRAWN_PER_DECADE = 20;

/** Name of a momentum's series. */
export const betaSeries = (beta: number): string => `b${beta}`;

/** ηh at which the variance is measured, for h = 1: even on a log scale up to half of the largest step, then evenly. */
const stepSizes = (c: Config, beta: number): readonly number[] => {
  const [count, largest] = [c.points, largestStep(1, beta)];
  const low = Math.ceil(count / 2);
  const [first, middle, last] = [0.03, 0.5, 0.95];
  const share = (i: number): number =>
    i < low ? first * (middle / first) ** (i / low) : middle + ((last - middle) * (i - low)) / Math.max(1, count - 1 - low);
  return Array.from({ length: count }, (_, i) => Math.fround(share(i) * largest));
};

/** With β as the GPU has it. */
export const problem = (eta: number, beta: number): NoisyQuadratic => ({ eta, h: 1, sigma2: 1, beta: Math.fround(beta) });

/** One replica; averaged from step `from` on. `middle`: its course is shown. */
export interface Cell {
  readonly beta: number;
  readonly q: NoisyQuadratic;
  readonly seed: number;
  readonly from: number;
  readonly middle: boolean;
}
const middleOf = (c: Config): number => Math.floor(c.points / 2);
export const cellsOf = (c: Config): readonly Cell[] =>
  ascending(c.betas).flatMap((beta) =>
    stepSizes(c, beta).flatMap((eta, i) => {
      const q = problem(eta, beta);
      const from = settlingSteps(q, SETTLED);
      return seedsOf(c).map((_, seed) => ({ beta, q, seed, from, middle: i === middleOf(c) }));
    }),
  );

/** Steps at which the course is drawn. */
export const courseSteps = (c: Config): readonly number[] =>
  logMarks(
    Math.max(
      ...cellsOf({ ...c, seeds: 1 })
        .filter((cell) => cell.middle)
        .map((cell) => 2 * cell.from),
    ),
    DRAWN_PER_DECADE,
  ).filter((t) => t > 0);

const course = (q: NoisyQuadratic, steps: readonly number[]): readonly number[] => {
  const wanted = new Set(steps);
  const shares: number[] = [];
  let t = 0;
  for (const v of varianceFromRest(q)) {
    if (wanted.has(t)) shares.push(v / stationaryVariance(q));
    if (t++ >= steps.at(-1)!) break;
  }
  return shares;
};

export const theory = (c: Config): readonly Curve[] => {
  const steps = courseSteps(c);
  return ascending(c.betas).flatMap((beta): Curve[] => {
    const x = Array.from({ length: 120 }, (_, i) => largestStep(1, beta) * 0.02 * (0.97 / 0.02) ** (i / 119));
    const chosen = problem(stepSizes(c, beta)[middleOf(c)]!, beta);
    return [
      {
        chart: 'variance',
        series: betaSeries(beta),
        x,
        y: x.map((eta) => stationaryVariance(problem(eta, beta))),
        kind: 'theory',
        label: `closed form, β = ${beta}`,
      },
      { chart: 'course', series: betaSeries(beta), x: steps, y: course(chosen, steps), kind: 'theory', label: `exact, β = ${beta}` },
    ];
  });
};
