import type { Card } from '../../src/lab/study';

export default {
  id: 'playground',
  title: 'Playground',
  question: 'What does a network of your choice learn from your data?',
  summary:
    'A fully connected network on a file of yours or a built-in set: seeds side by side, the learning rate changed as it trains, the weights to take away.',
  references: () => import('./playground/reference.json'),
} satisfies Card;
