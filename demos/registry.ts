/** Every experiment, in the gallery's order. */
import type { Entry } from '../src/lab/experiment';
import doubleDescent from './double-descent/card';
import playground from './playground/card';
import tangentKernel from './tangent-kernel/card';

export const EXPERIMENTS: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/experiment')).default },
  { card: tangentKernel, load: async () => (await import('./tangent-kernel/experiment')).default },
  { card: playground, load: async () => (await import('./playground/experiment')).default },
];
