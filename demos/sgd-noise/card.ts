import type { Card } from '../../src/lab/study';

export default {
  id: 'sgd-noise',
  title: 'The noise of SGD',
  question: 'How noisy is the gradient of a minibatch, and what does its noise decide?',
  summary:
    'The noise scale tr Σ / |G|² grows while a network trains; it sets the batch size beyond which more examples a step hardly help.',
  references: () => import('./noise-scale/reference.json'),
} satisfies Card;
