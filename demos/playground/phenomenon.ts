/** A network of the reader's choice on data of the reader's own: a phenomenon of one study. */
import { definePhenomenon } from '../../src/lab/study';
import card from './card';
import playground from './playground/study';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'Greydanus & Kobak 2024 (MNIST-1D)', url: 'https://arxiv.org/abs/2011.14439' },
    { label: 'Kingma & Ba 2014 (Adam)', url: 'https://arxiv.org/abs/1412.6980' },
    { label: 'Loshchilov & Hutter 2017 (AdamW)', url: 'https://arxiv.org/abs/1711.05101' },
    { label: 'Cohen et al. 2021 (edge of stability)', url: 'https://arxiv.org/abs/2103.00065' },
  ],
  studies: [playground],
  version1: () => import('./version1'),
});
