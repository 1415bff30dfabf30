/** Every study in full, for tools that need them all at once; pages load the one they show. */
import { STUDIES } from './registry';

export const LOADED = await Promise.all(STUDIES.map((entry) => entry.load()));
