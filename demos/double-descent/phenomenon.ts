/** Double descent: where it has exact theory, on digits, in the high-dimensional limit, over time, and in networks. */
import { definePhenomenon } from '../../src/lab/study';
import card from './card';
import highDimensionalLimit from './high-dimensional-limit/study';
import linear from './linear/study';
import networks from './networks/study';
import overTime from './over-time/study';
import randomFeatures from './random-features/study';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'Belkin, Hsu & Xu 2019', url: 'https://arxiv.org/abs/1903.07571' },
    { label: 'Hastie, Montanari, Rosset & Tibshirani 2019', url: 'https://arxiv.org/abs/1903.08560' },
    { label: 'Mei & Montanari 2019', url: 'https://arxiv.org/abs/1908.05355' },
    { label: 'Nakkiran et al. 2019', url: 'https://arxiv.org/abs/1912.02292' },
    { label: 'Greydanus & Kobak 2024', url: 'https://arxiv.org/abs/2011.14439' },
  ],
  studies: [linear, randomFeatures, highDimensionalLimit, overTime, networks],
  version1: () => import('./version1'),
});
