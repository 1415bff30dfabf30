/** What is drawn. */
import type { View } from '../../../src/lab/study';
import { LEARNERS } from './series';

const TRAINED = { rich: LEARNERS.rich, lazy: LEARNERS.lazy, linear: LEARNERS.linear };

export const views = (): readonly View[] => [
  { kind: 'line', chart: 'error', title: 'Test error', x: 'training examples n', y: 'share of examples', logX: true, series: LEARNERS },
  {
    kind: 'line',
    chart: 'squared',
    title: 'Test loss',
    x: 'training examples n',
    y: 'mean squared error',
    logX: true,
    logY: true,
    series: LEARNERS,
  },
  {
    kind: 'line',
    chart: 'train',
    title: 'Training loss',
    x: 'training examples n',
    y: 'mean squared error',
    logX: true,
    logY: true,
    series: TRAINED,
    place: 'diagnostic',
  },
];
