/** The tangent kernel: against networks, of wide networks, in training, and on the circle. */
import { definePhenomenon } from '../../src/lab/study';
import card from './card';
import infiniteWidth from './infinite-width/study';
import lazyAndRich from './lazy-and-rich/study';
import networkAgainstKernel from './network-against-kernel/study';
import spectralBias from './spectral-bias/study';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'Jacot, Gabriel & Hongler 2018', url: 'https://arxiv.org/abs/1806.07572' },
    { label: 'Lee et al. 2019', url: 'https://arxiv.org/abs/1902.06720' },
    { label: 'Chizat, Oyallon & Bach 2019', url: 'https://arxiv.org/abs/1812.07956' },
    { label: 'Basri et al. 2019', url: 'https://arxiv.org/abs/1906.00425' },
    { label: 'Ghorbani et al. 2020', url: 'https://arxiv.org/abs/2006.13409' },
  ],
  studies: [networkAgainstKernel, infiniteWidth, lazyAndRich, spectralBias],
  version1: () => import('./version1'),
});
