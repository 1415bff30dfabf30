import type { Card } from '../../src/lab/study';

export default {
  id: 'double-descent',
  title: 'Double descent',
  question: 'Why does test error fall again once a model is large enough to fit every example?',
  summary:
    'Test error rises to a peak where the model can just fit the data, then falls again as it grows; ' +
    'ridge at its optimum removes the peak.',
  references: () => import('./linear/reference.json'),
} satisfies Card;
