/** Gradient descent over time on features of two speeds, against its closed form. */
import { defineStudy, loadedOnRun, type LineView, type View } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { theory } from './theory';

const line = { kind: 'line', x: 'step', logX: true } as const satisfies Partial<LineView>;
const views: readonly View[] = [
  { ...line, chart: 'epoch', title: 'Excess risk over time', y: 'E(ŷ − xᵀβ)²', series: { measured: 'measured on the GPU' } },
  { ...line, chart: 'loss', title: 'Training loss', y: '½ mean squared error', logY: true, series: { train: 'training set' } },
  {
    ...line,
    chart: 'deviation',
    title: 'Largest distance from the closed form so far',
    y: 'share of the risk',
    logY: true,
    series: { gpu: 'GPU', cpu: 'float32 on the CPU' },
  },
];

export default defineStudy({
  id: 'over-time',
  title: 'Over time',
  question: 'Can the test error of one model go down, up and down again while it trains?',
  fields,
  presets,
  views: () => views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>One linear model, trained by gradient descent from zero. Most features are fast, a few vary little and are slow. The risk
falls while the fast ones are learned, rises as they fit noise and what only the slow ones could explain, and falls again when those are
learned. The dashed curve is the closed form on the same data, the horizontal line the minimum-norm fit.</p>`,
    why: `<p>With least squares every step has a closed form: after t steps of size η the weights are (I − (I − ηH)ᵗ)X⁺y, H the Hessian.
Along each eigenvector of H the weights approach their limit at a speed of their own, so features of two variances make two descents,
one after the other. The end is the minimum-norm fit X⁺y.</p>`,
    limits: `<p>The rise in between depends on noise, scales and n; with other settings the closed form has none, and then nothing is
judged. The GPU trains in float32. Its distance from the closed form is held against that of the same iteration in float32 on the
processor, not against a bound. The closed form is averaged over the run’s own data sets, so an interval over seeds is one over data
sets.</p>`,
  },
});
