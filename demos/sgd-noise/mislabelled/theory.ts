/** How often chance picks a wrong label. */
import type { Curve } from '../../../src/lab/study';
import type { Config } from './fields';

export const theory = ({ epochs, wrong }: Config): readonly Curve[] => [
  { chart: 'detect', series: 'precision', x: [0, epochs], y: [wrong, wrong], kind: 'theory', label: 'chance' },
];
