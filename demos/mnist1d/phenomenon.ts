/** MNIST-1D: what each architecture can learn. */
import { definePhenomenon } from '../../src/lab/study';
import architectures from './architectures/study';
import card from './card';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'Greydanus & Kobak 2024', url: 'https://arxiv.org/abs/2011.14439' },
    { label: 'He et al. 2015 (residual networks)', url: 'https://arxiv.org/abs/1512.03385' },
  ],
  studies: [architectures],
  version1: () => import('./version1'),
});
