/** What is drawn. */
import type { View } from '../../../src/lab/study';
import { ascending } from '../settings';
import type { Config } from './fields';

const MOVED = { kernel: 'kernel, ‖Θ − Θ₀‖/‖Θ₀‖', weights: 'weights, ‖θ − θ₀‖/‖θ₀‖' };

export const views = (c: Config): readonly View[] => {
  const byAlpha = Object.fromEntries(ascending(c.alphas).map((a) => [`a${a}`, `α = ${a}`]));
  return [
    {
      kind: 'line',
      chart: 'by-alpha',
      title: 'How far training moves kernel and weights',
      x: 'output scale α',
      y: 'relative change',
      logX: true,
      logY: true,
      series: MOVED,
    },
    { kind: 'line', chart: 'alignment', title: 'Alignment of the kernel with the labels', x: 'step', y: 'CKA(Θ, yyᵀ)', series: byAlpha },
    {
      kind: 'line',
      chart: 'by-width',
      title: 'By width, at α = 1',
      x: 'width',
      y: 'relative change',
      logX: true,
      logY: true,
      series: MOVED,
    },
    {
      kind: 'line',
      chart: 'spectrum',
      title: 'Spectrum of the kernel',
      x: 'eigenvalue, largest first',
      y: 'share of the trace',
      logX: true,
      logY: true,
      series: { before: 'before training', rich: 'after, smallest α', lazy: 'after, largest α' },
    },
    ...pictures,
    ...diagnostics(byAlpha),
  ];
};
const VALUE = 'Θ, mean diagonal 1';
const pictures: readonly View[] = [
  { kind: 'heatmap', chart: 'kernel-before', title: 'Kernel before training, sorted by label', x: 'example', y: 'example', value: VALUE },
  { kind: 'heatmap', chart: 'kernel-after', title: 'After training at the smallest α', x: 'example', y: 'example', value: VALUE },
];
const diagnostics = (series: Readonly<Record<string, string>>): readonly View[] => [
  {
    kind: 'line',
    chart: 'over-time',
    title: 'Kernel change over time',
    x: 'step',
    y: '‖Θ − Θ₀‖/‖Θ₀‖',
    logX: true,
    logY: true,
    series,
    place: 'diagnostic',
  },
  {
    kind: 'line',
    chart: 'loss',
    title: 'Training loss',
    x: 'step',
    y: '½ mean squared error',
    logX: true,
    logY: true,
    series,
    place: 'diagnostic',
  },
];
