/** What is drawn, by variant; the first view is the main plot. */
import type { Config, LineView, View } from '../../src/lab/study';
import { batchLabels, betaSeries } from './series';
import { list, num, variantOf, type Variant } from './config';

const line = (chart: string, title: string, x: string, y: string, series: LineView['series'], rest: Partial<LineView> = {}): LineView => ({
  kind: 'line',
  chart,
  title,
  x,
  y,
  series,
  ...rest,
});
const LOG = { logX: true, logY: true } as const;
const SMALL = { place: 'diagnostic' } as const;

const layerLabels = (c: Config): Readonly<Record<string, string>> => {
  const layers = (c['hidden'] as readonly number[]).length + 1;
  return Object.fromEntries(
    Array.from({ length: layers }, (_, l) => [`W${l + 1}`, l === 0 ? 'first layer' : l === layers - 1 ? 'last layer' : `layer ${l + 1}`]),
  );
};
const scale = (c: Config): readonly View[] => [
  line(
    'scale',
    'Noise scale tr Σ / |G|²',
    'step',
    'examples',
    { training: 'running average while training', single: 'single examples, at fixed weights', two: 'two batch sizes, at fixed weights' },
    LOG,
  ),
  line('parts', 'Noise and signal', 'step', 'squared gradient', { trace: 'tr Σ', squared: '|G|²' }, LOG),
  line('layers', 'Signal to noise of a batch’s gradient, by layer', 'step', '|G|² · B / tr Σ', layerLabels(c), LOG),
  line(
    'spectrum',
    `Eigenvalues of the gradients’ covariance, ${num(c, 'sample')} examples`,
    'rank',
    'share of the trace',
    { start: 'at the start', end: 'at the end' },
    LOG,
  ),
  line(
    'stretches',
    'Noise scale by stretches of the run',
    'end of the stretch',
    'examples',
    { scale: 'ratio of sums' },
    { ...LOG, ...SMALL },
  ),
  line('top', 'Share of the ten largest eigenvalues', 'step', 'of the trace', { top: 'ten largest' }, { logX: true, ...SMALL }),
  line('agreement', 'Two batch sizes against single examples', 'step', 'ratio', { trace: 'tr Σ' }, { logX: true, ...SMALL }),
  line('loss', 'Minibatch loss', 'step', 'nats', { batch: 'minibatch' }, { logX: true, ...SMALL }),
];
const batch = (): readonly View[] => [
  line(
    'steps',
    'Steps to the goal',
    'batch size B',
    'steps S',
    { measured: 'at the best learning rate', fit: 'fit S_min(1 + B_crit/B)' },
    LOG,
  ),
  line(
    'examples',
    'Examples to the goal',
    'batch size B',
    'examples S · B',
    { measured: 'at the best learning rate', fit: 'fit E_min(1 + B/B_crit)' },
    LOG,
  ),
  line(
    'critical',
    'Critical batch size and noise scale',
    'batch size B',
    'examples',
    { fit: 'B_crit of the fit', simple: 'tr Σ / |G|² on the way, training with B' },
    LOG,
  ),
  line('rate', 'Best learning rate', 'batch size B', 'learning rate', { best: 'of the grid' }, { ...LOG, ...SMALL }),
  line('residual', 'Steps against their fit', 'batch size B', 'ratio', { fit: 'measured / fit' }, { logX: true, ...SMALL }),
  {
    kind: 'heatmap',
    chart: 'map',
    title: 'Steps to the goal, by batch size and learning rate',
    x: 'batch size B',
    y: 'learning rate',
    value: 'steps',
    logX: true,
    logY: true,
  },
];
const temperature = (c: Config): readonly View[] => {
  const [T, labels] = [list(c, 'temperatures'), batchLabels(c)];
  const at = (k: 'cold' | 'hot'): Readonly<Record<string, string>> =>
    Object.fromEntries(list(c, 'batchSizes').map((B) => [`${k}${B}`, `η/B = ${k === 'cold' ? T[0] : T.at(-1)}, B = ${B}`]));
  return [
    line('loss', `Training loss at time η · steps = ${num(c, 'time')}`, 'temperature η/B', 'nats', labels, LOG),
    line('sharpness', 'Sharpness of the training loss', 'temperature η/B', 'vᵀHv after power iteration', labels, LOG),
    line(
      'course',
      'Training loss over time, lowest and highest temperature',
      'η · steps',
      'nats',
      { ...at('cold'), ...at('hot') },
      { logY: true },
    ),
    line('error', 'Test error', 'temperature η/B', 'share of examples', labels, { logX: true }),
    line('residual', 'Residual of the power iteration', 'temperature η/B', '‖Hv − λv‖ / |λ|', labels, { ...LOG, ...SMALL }),
  ];
};
const quadratic = (c: Config): readonly View[] => {
  const labels = Object.fromEntries(list(c, 'betas').map((beta) => [betaSeries(beta), beta === 0 ? 'SGD' : `heavy ball, β = ${beta}`]));
  return [
    line('variance', 'Stationary variance', 'step size ηh', 'h² Var θ / σ²', labels, LOG),
    line('course', 'Variance after a start at the minimum, at a middle step size', 'step', 'share of its stationary value', labels, {
      logX: true,
    }),
  ];
};
const mislabelled = (c: Config): readonly View[] => [
  line('histogram', `Norms of single examples’ gradients after ${num(c, 'epochs')} epochs`, 'log₁₀ ‖gᵢ‖', 'share of the examples', {
    clean: 'label right',
    wrong: 'label wrong',
  }),
  line('detect', `Wrong labels among the largest ${Math.round(100 * num(c, 'wrong'))} % of norms`, 'epoch', 'share', {
    precision: 'precision',
    recall: 'recall',
  }),
  line('error', 'Error', 'epoch', 'share of examples', { train: 'training (noisy labels)', test: 'test' }),
];

const VIEWS: Readonly<Record<Variant, (c: Config) => readonly View[]>> = { scale, batch, temperature, quadratic, mislabelled };
export const viewsOf = (c: Config): readonly View[] => VIEWS[variantOf(c)](c);
