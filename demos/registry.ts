/** Every study, in the gallery's order. */
import type { Entry } from '../src/lab/study';
import doubleDescent from './double-descent/card';
import grokking from './grokking/card';
import mnist1d from './mnist1d/card';
import playground from './playground/card';
import sgdNoise from './sgd-noise/card';
import tangentKernel from './tangent-kernel/card';

export const STUDIES: readonly Entry[] = [
  { card: doubleDescent, load: async () => (await import('./double-descent/study')).default },
  { card: sgdNoise, load: async () => (await import('./sgd-noise/study')).default },
  { card: tangentKernel, load: async () => (await import('./tangent-kernel/study')).default },
  { card: grokking, load: async () => (await import('./grokking/study')).default },
  { card: mnist1d, load: async () => (await import('./mnist1d/study')).default },
  { card: playground, load: async () => (await import('./playground/study')).default },
];
