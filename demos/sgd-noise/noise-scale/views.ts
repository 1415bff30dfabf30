/** What is drawn; the first view is the main plot. */
import type { View } from '../../../src/lab/study';
import { line, LOG, SMALL } from '../views';
import type { Config } from './fields';

const layerLabels = ({ hidden }: Config): Readonly<Record<string, string>> => {
  const layers = hidden.length + 1;
  return Object.fromEntries(
    Array.from({ length: layers }, (_, l) => [`W${l + 1}`, l === 0 ? 'first layer' : l === layers - 1 ? 'last layer' : `layer ${l + 1}`]),
  );
};

export const views = (c: Config): readonly View[] => [
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
    `Eigenvalues of the gradients’ covariance, ${c.sample} examples`,
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
