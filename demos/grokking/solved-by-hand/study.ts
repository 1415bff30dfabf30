/** Weights solved by hand beside trained ones. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { bySetting, line, tableViews } from '../views';
import { claims } from './claims';
import { fields, ownSettings, presets, type Config } from './fields';
import { theory } from './theory';

const views = (c: Config): readonly View[] => [
  line('keptLoss', 'Loss with some of the frequencies', 'frequencies kept', 'squared error over the whole table, mean over outputs', {
    logY: true,
    series: { exact: 'solved by hand', trained: 'trained, its strongest' },
  }),
  line('keptAccuracy', 'Accuracy with some of the frequencies', 'frequencies kept', 'share of the whole table', {
    series: { exact: 'solved by hand', trained: 'trained, its strongest' },
  }),
  line('accuracy', 'Accuracy of the trained network', 'step', 'share of entries', { logX: true, series: bySetting(ownSettings(c)) }),
  ...tableViews('solved by hand'),
];

export default defineStudy({
  id: 'solved-by-hand',
  title: 'Solved by hand',
  question: 'Can the weights that add modulo p be written down, and are trained ones like them?',
  fields,
  presets,
  views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Weights written down by a formula, in the same network as trained ones, each with fewer and fewer of its frequencies. The hand-made ones answer
every entry with a single frequency already, by a small margin; the trained ones need several.</p>`,
    why: `<p>Six units of fixed phases for each frequency solve addition without training: in exact arithmetic f is the projection of the answer on the
frequencies there are, its loss with m of them (1 − 2m/p)/p (mean over examples and outputs).</p>`,
    limits: `<p>With a dozen units to a frequency, products of waves other than those of a + b do not cancel quite in a trained network: its logits hold
them too.</p>`,
  },
});
