/** Every phenomenon in full, with its studies' stored runs, for tools that need them all at once; pages load the one they show. */
import { referencesOf } from '../src/lab/reference';
import { PHENOMENA } from './registry';

export { PHENOMENA } from './registry';
export const LOADED = await Promise.all(PHENOMENA.map((entry) => entry.load()));
/** By path. */
export const REFERENCES = new Map(
  await Promise.all(LOADED.flatMap((p) => p.studies).map(async (study) => [study.path, await referencesOf(study)] as const)),
);
