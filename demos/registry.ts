/** Every experiment, in the gallery's order. */
import type { Entry } from '../src/lab/experiment';
import doubleDescent from './double-descent/card';
import playground from './playground/card';
import sgdNoise from './sgd-noise/card';

export const EXPERIMENTS: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/experiment')).default },
  { card: sgdNoise, load: async () => (await import('./sgd-noise/experiment')).default },
  { card: playground, load: async () => (await import('./playground/experiment')).default },
];
