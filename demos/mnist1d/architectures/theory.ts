/** The published figures, drawn as lines. */
import type { Curve } from '../../../src/lab/study';
import type { Config } from './fields';
import { architecturesOf, LABELS, PUBLISHED } from './published';

export const publishedLines = (c: Config): readonly Curve[] =>
  architecturesOf(c).map((a) => {
    const y = PUBLISHED[c.shufflePositions][a];
    return { chart: 'test', series: a, x: [1, c.steps], y: [y, y], kind: 'reference', label: `${LABELS[a]}, published ${y} %` };
  });
