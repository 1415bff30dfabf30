/** Random ReLU features on noisy digits, along their number. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { featureMarkers, featureViews } from '../featureViews';
import { claims } from './claims';
import { fields, presets } from './fields';

export default defineStudy({
  id: 'random-features',
  title: 'Random features',
  question: 'Does the test error on real digits peak as well, where there are as many random features as examples?',
  fields,
  presets,
  views: () => featureViews('Test error', 'squared error, sum over classes'),
  markers: featureMarkers,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Digits of MNIST-1D pass through one random layer of N ReLU features, and least squares learns the ten classes from them.
Some training labels are redrawn at random, the test labels are clean. The test error peaks at N = n and falls again beyond; with a
little ridge there is no spike.</p>`,
    why: `<p>The random layer is never trained, so this is linear regression again, on N features that are not Gaussian. At N = n
exactly one set of weights fits all the noisy labels, and it has to be large. With more features there are many, and the pseudo-inverse
takes the one of smallest norm.</p>`,
    limits: `<p>There is no curve of theory here: digits are not Gaussian. All seeds share the same examples; they differ in the random
layer and in the labels that are redrawn. With noisy labels and no ridge the second descent ends above the first minimum. Features are
computed on the GPU in float32, least squares in float64 on the processor.</p>`,
  },
});
