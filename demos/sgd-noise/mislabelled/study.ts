/** Norms of single examples' gradients, some of whose labels are wrong. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { line } from '../views';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';
import { theory } from './theory';

const views = (c: Config): readonly View[] => [
  line('histogram', `Norms of single examples’ gradients after ${c.epochs} epochs`, 'log₁₀ ‖gᵢ‖', 'share of the examples', {
    clean: 'label right',
    wrong: 'label wrong',
  }),
  line('detect', `Wrong labels among the largest ${Math.round(100 * c.wrong)} % of norms`, 'epoch', 'share', {
    precision: 'precision',
    recall: 'recall',
  }),
  line('error', 'Error', 'epoch', 'share of examples', { train: 'training (noisy labels)', test: 'test' }),
];

export default defineStudy({
  id: 'mislabelled',
  title: 'Mislabelled examples',
  question: 'Do the norms of single examples’ gradients tell which labels are wrong?',
  fields,
  presets,
  views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Some labels of the training set are wrong. Picking the examples with the largest gradients finds wrong labels better than
chance, until the network has memorised them too.</p>`,
    why: `<p>While a network has learned the rule but not yet the exceptions, a wrong label leaves a large gradient: the rule contradicts
it. Once an exception is memorised its gradient is as small as any other, and the norm no longer tells.</p>`,
    limits: `<p>As many examples are picked as there are wrong labels, a share that in practice is not known. Labels are wrong at random;
those that people get wrong are harder to tell. The network is small, and the data are MNIST-1D. It memorises within the standard run, not
within the quick one.</p>`,
  },
});
