/** Every experiment, in the gallery's order. */
import type { Entry } from '../src/lab/experiment';
import doubleDescent from './double-descent/card';
import grokking from './grokking/card';
import mnist1d from './mnist1d/card';
import playground from './playground/card';
import sgdNoise from './sgd-noise/card';
import tangentKernel from './tangent-kernel/card';

export const EXPERIMENTS: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/experiment')).default },
  { card: sgdNoise, load: async () => (await import('./sgd-noise/experiment')).default },
  { card: tangentKernel, load: async () => (await import('./tangent-kernel/experiment')).default },
  { card: grokking, load: async () => (await import('./grokking/experiment')).default },
  { card: mnist1d, load: async () => (await import('./mnist1d/experiment')).default },
  { card: playground, load: async () => (await import('./playground/experiment')).default },
];
