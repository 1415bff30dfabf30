/** O(1/α) and O(1/width), as guides: only their slope is theory. */
import type { Curve } from '../../../src/lab/study';
import { ascending } from '../settings';
import type { Config } from './fields';

const guide = (chart: string, xs: readonly number[], slope: number, label: string): Curve => {
  const ends = [xs[0]!, xs.at(-1)!];
  return { chart, series: 'guide', x: ends, y: ends.map((x) => (x / ends[1]!) ** slope / 100), kind: 'theory', label };
};
export const theory = (c: Config): readonly Curve[] => {
  const widths = ascending(c.widths);
  return [
    guide('by-alpha', ascending(c.alphas), -1, 'slope −1 (guide)'),
    guide('by-width', widths, -1, 'slope −1 (guide)'),
    guide('by-width', widths, -0.5, 'slope −½ (guide)'),
  ];
};
