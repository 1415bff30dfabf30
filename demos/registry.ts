/** Every experiment, in the gallery's order. */
import type { Entry } from '../src/lab/experiment';
import doubleDescent from './double-descent/card';
import mnist1d from './mnist1d/card';
import playground from './playground/card';

export const EXPERIMENTS: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/experiment')).default },
  { card: mnist1d, load: async () => (await import('./mnist1d/experiment')).default },
  { card: playground, load: async () => (await import('./playground/experiment')).default },
];
