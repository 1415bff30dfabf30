/** What is drawn; the first view is the main plot. */
import type { View } from '../../../src/lab/study';
import { line, LOG, SMALL } from '../views';

export const views = (): readonly View[] => [
  line(
    'steps',
    'Steps to the goal',
    'batch size B',
    'steps S',
    { measured: 'at the best learning rate', fit: 'fit S_min(1 + B_crit/B)' },
    LOG,
  ),
  line(
    'examples',
    'Examples to the goal',
    'batch size B',
    'examples S · B',
    { measured: 'at the best learning rate', fit: 'fit E_min(1 + B/B_crit)' },
    LOG,
  ),
  line(
    'critical',
    'Critical batch size and noise scale',
    'batch size B',
    'examples',
    { fit: 'B_crit of the fit', simple: 'tr Σ / |G|² on the way, training with B' },
    LOG,
  ),
  line('rate', 'Best learning rate', 'batch size B', 'learning rate', { best: 'of the grid' }, { ...LOG, ...SMALL }),
  line('residual', 'Steps against their fit', 'batch size B', 'ratio', { fit: 'measured / fit' }, { logX: true, ...SMALL }),
  {
    kind: 'heatmap',
    chart: 'map',
    title: 'Steps to the goal, by batch size and learning rate',
    x: 'batch size B',
    y: 'learning rate',
    value: 'steps',
    logX: true,
    logY: true,
  },
];
