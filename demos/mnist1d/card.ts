import type { Card } from '../../src/lab/study';

export default {
  id: 'mnist1d',
  title: 'MNIST-1D: what each architecture can learn',
  question: 'How much does it matter that a network knows which inputs are neighbours?',
  summary:
    'On the same small signals logistic regression reaches 32 %, an MLP 68 % and a convolutional network with a third of its parameters ' +
    '94 %; with the positions shuffled the last falls behind.',
  references: () => import('./architectures/reference.json'),
} satisfies Card;
