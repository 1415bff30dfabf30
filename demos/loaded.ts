/** Every phenomenon in full, with its studies' stored runs, for tools that need them all at once; pages load the one they show. */
import { referencesOf } from '../src/lab/reference';
import type { Entry, Phenomenon } from '../src/lab/study';
import { PHENOMENA } from './registry';

/** With what version 1 meant at hand: once this module is loaded, its loader may be gone. */
const whole = async (entry: Entry): Promise<Phenomenon> => {
  const phenomenon = await entry.load();
  const version1 = await phenomenon.version1?.();
  return version1 ? { ...phenomenon, version1: () => Promise.resolve(version1) } : phenomenon;
};
export const LOADED = await Promise.all(PHENOMENA.map(whole));
/** By path. */
export const REFERENCES = new Map(
  await Promise.all(LOADED.flatMap((p) => p.studies).map(async (study) => [study.path, await referencesOf(study)] as const)),
);
