/** The published MLP. Greydanus & Kobak 2024, arXiv:2011.14439. */
import type { Curve } from '../../../src/lab/study';

export const PUBLISHED = {
  widths: [9, 16, 27, 47, 61, 104, 177, 300],
  /** Test error in % by width, single runs. */
  error: [48.97, 47.2, 50.7, 54.05, 54.0, 50.2, 47.9, 45.47],
  /** Half-width of the band in which a repetition is expected, in points. */
  band: 2,
  recipe: { trainExamples: 4000, testExamples: 12_000, epochs: 500, labelNoise: 0.15, batch: 100, lr: 0.01, momentum: 0.9 },
} as const;

type Recipe = Readonly<Record<keyof typeof PUBLISHED.recipe, number>>;
export const isPublished = (c: Recipe): boolean => {
  const { recipe } = PUBLISHED;
  return (
    c.trainExamples === recipe.trainExamples &&
    c.testExamples === recipe.testExamples &&
    c.epochs === recipe.epochs &&
    c.labelNoise === recipe.labelNoise &&
    c.batch === recipe.batch &&
    c.lr === recipe.lr &&
    c.momentum === recipe.momentum
  );
};
/** The published single runs as shares of examples, where this run repeats their recipe. */
export const publishedCurve = (c: Recipe): readonly Curve[] =>
  isPublished(c)
    ? [
        {
          chart: 'error',
          series: 'test',
          x: PUBLISHED.widths,
          y: PUBLISHED.error.map((e) => e / 100),
          kind: 'reference',
          label: 'published, one run each',
        },
      ]
    : [];
