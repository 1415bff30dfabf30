/** Views that the studies share, and short ways to write one. */
import type { HeatmapView, LineView, View } from '../../src/lab/study';
import type { Setting } from './settings';

type Part<V> = Omit<V, 'kind' | 'chart' | 'title' | 'x' | 'y'>;
export const line = (chart: string, title: string, x: string, y: string, rest: Part<LineView>): View => ({
  kind: 'line',
  chart,
  title,
  x,
  y,
  ...rest,
});
export const map = (chart: string, title: string, x: string, y: string, rest: Part<HeatmapView>): View => ({
  kind: 'heatmap',
  chart,
  title,
  x,
  y,
  ...rest,
});

/** One pair of series a setting. */
export const bySetting = (settings: readonly Setting[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    settings.flatMap(({ id, label }, _, all) =>
      (['test', 'train'] as const).map((set) => [
        `${set} ${id}`,
        `${set === 'test' ? 'test' : 'training'}${all.length > 1 ? `, ${label}` : ''}`,
      ]),
    ),
  );
export const tableViews = (whose: string): readonly View[] => [
  map('margin', `How far ahead the right answer is, ${whose}`, 'a', 'b', { value: 'its logit − the best wrong one' }),
  map('answer', `Answers to a and b, ${whose}`, 'a', 'b', { value: 'answer' }),
];
