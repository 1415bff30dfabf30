/** Networks at several temperatures η/B, each with several batch sizes, compared after the same time. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { views } from './views';

export default defineStudy({
  id: 'temperature',
  title: 'Temperature η/B',
  question: 'Do learning rate and batch size matter only through their ratio?',
  fields,
  presets,
  views,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Networks are trained at several temperatures η/B, each with several batch sizes B, for the same time η · steps. Where only
the ratio matters, the curves of all batch sizes coincide, in the training loss as in its sharpness.</p>`,
    why: `<p>A step moves the weights by η times a gradient whose noise has a variance of Σ/B. In a time of 1 there are 1/η steps, so that
the noise adds up to η/B · Σ. With small steps SGD is therefore a diffusion whose temperature is η/B: at the same η/B, and after the same
time, networks trained with other batch sizes end alike.</p>`,
    limits: `<p>The temperature is a theory of small steps: where ηλ nears 2, λ being the sharpness, it must fail. Sharpness is vᵀHv after
some power iterations on the Hessian of the training loss, a lower bound of its largest eigenvalue; the residual tells how far the
iteration has come. Batches are drawn without replacement within an epoch of a finite training set. The network is small, and the data are
MNIST-1D.</p>`,
  },
});
