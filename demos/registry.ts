/** Every experiment, in the gallery's order. */
import type { Entry } from '../src/lab/experiment';
import doubleDescent from './double-descent/card';
import grokking from './grokking/card';
import playground from './playground/card';

export const EXPERIMENTS: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/experiment')).default },
  { card: grokking, load: async () => (await import('./grokking/experiment')).default },
  { card: playground, load: async () => (await import('./playground/experiment')).default },
];
