import type { Card, Reference } from '../../src/lab/study';
import references from './reference.json';

export default {
  id: 'playground',
  title: 'Playground',
  question: 'What does a network of your choice learn from your data?',
  summary:
    'A fully connected network on a file of yours or a built-in set: seeds side by side, the learning rate changed as it trains, the weights to take away.',
  references: references as readonly Reference[],
} satisfies Card;
