/** Every phenomenon, in the gallery's order: adding one is a folder and a line here. */
import type { Entry } from '../src/lab/study';
import doubleDescent from './double-descent/card';
import grokking from './grokking/card';
import mnist1d from './mnist1d/card';
import playground from './playground/card';
import sgdNoise from './sgd-noise/card';
import tangentKernel from './tangent-kernel/card';

export const PHENOMENA: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/phenomenon')).default },
  { card: sgdNoise, load: async () => (await import('./sgd-noise/phenomenon')).default },
  { card: tangentKernel, load: async () => (await import('./tangent-kernel/phenomenon')).default },
  { card: grokking, load: async () => (await import('./grokking/phenomenon')).default },
  { card: mnist1d, load: async () => (await import('./mnist1d/phenomenon')).default },
  { card: playground, load: async () => (await import('./playground/phenomenon')).default },
];
