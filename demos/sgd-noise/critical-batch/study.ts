/** Steps and examples to a goal by batch size, and the batch size at the bend between them. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { views } from './views';

export default defineStudy({
  id: 'critical-batch',
  title: 'Critical batch size',
  question: 'Up to which batch size does a larger batch save steps, and does the noise scale predict it?',
  fields,
  presets,
  views,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Each batch size is trained at several learning rates up to a loss, and the best rate counts. Small batches take few examples
and many steps, large ones the reverse. The curve between is a hyperbola, and its bend is the critical batch size. The noise scale tr Σ /
|G|² is measured on the way, to be compared with it.</p>`,
    why: `<p>Below the critical batch size the noise of a step exceeds its signal: twice the batch halves the noise, the step can be about
twice as long, and half as many are needed. Above it the gradient is known well enough, and more examples hardly lengthen the best step.
Steps S and examples E then obey (S/S<sub>min</sub> − 1)(E/E<sub>min</sub> − 1) = 1, and the bend, E<sub>min</sub>/S<sub>min</sub>, should
be about the noise scale.</p>`,
    limits: `<p>The goal is a training loss, and the best of a grid of rates is up to half a spacing from the best of all. A best rate at
an edge of the grid may lie beyond it, and nothing is judged then. Batches are drawn without replacement within an epoch of a finite
training set, and |G|² is estimated as if examples were fresh. The network is small, and the data are MNIST-1D.</p>`,
  },
});
