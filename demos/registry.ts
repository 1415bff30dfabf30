/** Every experiment, in the gallery's order. */
import type { Experiment } from '../src/lab/experiment';
import doubleDescent from './double-descent/experiment';

export const EXPERIMENTS: readonly Experiment[] = [
  doubleDescent,
];
