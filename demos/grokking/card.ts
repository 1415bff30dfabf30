import type { Card } from '../../src/lab/study';

export default {
  id: 'grokking',
  title: 'Grokking',
  question: 'Why does a network that has memorised its examples suddenly understand the rule, long after?',
  summary:
    'A small network memorises half of an addition table, waits, and then gets the rest right; a circuit of a few waves grew inside it meanwhile.',
  references: () => import('./over-time/reference.json'),
} satisfies Card;
