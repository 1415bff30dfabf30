import type { Card } from '../../src/lab/study';

export default {
  id: 'tangent-kernel',
  title: 'Why kernels fall short',
  question: 'A wide network is a kernel method with its tangent kernel. When is that all that it is?',
  summary:
    'At large width the tangent kernel stands still and training is kernel regression; networks learn features, and get ahead, only where it moves.',
  references: () => import('./network-against-kernel/reference.json'),
} satisfies Card;
