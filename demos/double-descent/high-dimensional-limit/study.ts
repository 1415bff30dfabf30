/** Random ReLU features of a linear target, against the high-dimensional limit of their risk. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { featureMarkers, featureViews } from '../featureViews';
import { claims } from './claims';
import { fields, presets } from './fields';
import { theory } from './theory';

export default defineStudy({
  id: 'high-dimensional-limit',
  title: 'High-dimensional limit',
  question: 'Does the risk of random features at a few hundred examples follow the curve computed for infinitely many?',
  fields,
  presets,
  views: () => featureViews('Excess risk', 'E(ŷ − xᵀβ)²'),
  theory,
  markers: featureMarkers,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Inputs lie on a sphere in d dimensions, the target is linear with noise of variance ¼, and least squares learns it from N
random ReLU features. The dashed curve is the limit in which d, n and N grow together at fixed ratios. Measured at finite size, the risk
follows it up to the peak at N = n and down again.</p>`,
    why: `<p>In high dimensions a random ReLU feature acts like a constant, a linear part and independent noise. The features’ matrix
then behaves like a random matrix whose eigenvalues have a known density, and the risk depends on nothing but N/d, n/d and the ratio of
signal to noise. Near N = n eigenvalues come close to zero, and noise is divided by them.</p>`,
    limits: `<p>The limit is taken as good to 4 % from d = 80 on; with fewer dimensions nothing is judged against it, nor close to the
threshold, nor beyond N = 3d. The curve is that of the fit without ridge. Features are computed on the GPU in float32, least squares in
float64 on the processor.</p>`,
  },
});
