/** A network memorises its examples and understands them later: when, with how much, and by which circuit. */
import { definePhenomenon } from '../../src/lab/study';
import card from './card';
import overTime from './over-time/study';
import phaseDiagram from './phase-diagram/study';
import solvedByHand from './solved-by-hand/study';

export default definePhenomenon({
  ...card,
  sources: [
    { label: 'Power et al. 2022', url: 'https://arxiv.org/abs/2201.02177' },
    { label: 'Nanda et al. 2023', url: 'https://arxiv.org/abs/2301.05217' },
    { label: 'Gromov 2023', url: 'https://arxiv.org/abs/2301.02679' },
    { label: 'Liu et al. 2022', url: 'https://arxiv.org/abs/2205.10343' },
  ],
  studies: [overTime, phaseDiagram, solvedByHand],
  version1: () => import('./version1'),
});
