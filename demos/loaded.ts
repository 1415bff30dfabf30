/** Every experiment in full, for tools that need them all at once; pages load the one they show. */
import { EXPERIMENTS } from './registry';

export const LOADED = await Promise.all(EXPERIMENTS.map((entry) => entry.load()));
