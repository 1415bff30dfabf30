/** The noise of SGD: its scale, the batch size it sets, its temperature, an exact case, and what single gradients tell. */
import { definePhenomenon } from '../../src/lab/study';
import card from './card';
import criticalBatch from './critical-batch/study';
import mislabelled from './mislabelled/study';
import noiseScale from './noise-scale/study';
import stationary from './stationary/study';
import temperature from './temperature/study';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'McCandlish et al. 2018 (noise scale, critical batch)', url: 'https://arxiv.org/abs/1812.06162' },
    { label: 'Smith & Le 2017 (temperature)', url: 'https://arxiv.org/abs/1710.06451' },
    { label: 'Jastrzębski et al. 2017 (η/B)', url: 'https://arxiv.org/abs/1711.04623' },
    { label: 'Liu, Ziyin & Ueda 2020 (stationary noise)', url: 'https://arxiv.org/abs/2012.03636' },
    { label: 'Paul, Ganguli & Dziugaite 2021 (gradient norms of examples)', url: 'https://arxiv.org/abs/2107.07075' },
    { label: 'Arpit et al. 2017 (memorisation)', url: 'https://arxiv.org/abs/1706.05394' },
  ],
  studies: [noiseScale, criticalBatch, temperature, stationary, mislabelled],
  version1: () => import('./version1'),
});
