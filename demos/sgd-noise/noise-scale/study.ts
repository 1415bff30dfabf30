/** The noise scale of a network while it trains. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { views } from './views';

export default defineStudy({
  id: 'noise-scale',
  title: 'Noise scale',
  question: 'How noisy is the gradient of a minibatch, and does its noise grow while the network trains?',
  fields,
  presets,
  views,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>The gradient of a minibatch is the full gradient G plus noise. The noise has a size, the trace of the covariance Σ of single
examples’ gradients, and a batch of B examples divides it by B. The <em>noise scale</em> tr Σ / |G|² is the batch size at which signal and
noise are equal: with fewer examples a step is mostly noise, with many more it is a better step than it needs to be. The scale is followed
while a network trains; at some steps the weights are held still, and a second method, which compares two batch sizes, measures it
again.</p>`,
    why: `<p>As the network fits its examples, the gradients that they share shrink, while each example still pulls its own way: |G|²
falls faster than tr Σ. Both follow from the norms of single examples’ gradients, which come from what the layers have computed anyway: no
gradient of a single example is ever stored. Averages of tr Σ and |G|² are kept apart, as an average of their ratio would be biased. The
check at fixed weights draws many batches of two sizes: the norms of their gradients give the same two numbers without looking at examples
one by one.</p>`,
    limits: `<p>Batches are drawn without replacement within an epoch of a finite training set, and |G|² is estimated as if examples were
fresh: once the training set is nearly fitted the estimate is about 0 and the noise scale is not defined; such points are left out. The
eigenvalues are those of the Gram matrix of some examples’ gradients; with so few examples they are more uneven than those of Σ itself.
The network is small, and the data are MNIST-1D.</p>`,
  },
});
