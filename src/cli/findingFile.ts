/** What the tuner measured, kept in a JSON file. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Finding, FindingStore } from '../runtime/tuner';

/** A file that does not exist or is no JSON holds nothing; one that cannot be written throws. */
export const fileFindings = (path: string): FindingStore => {
  const read = async (): Promise<Record<string, readonly Finding[]>> => {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as Record<string, readonly Finding[]>;
    } catch {
      return {};
    }
  };
  return {
    load: async (key) => (await read())[key] ?? [],
    save: async (key, findings) => {
      // Whole or not at all: another process may read it.
      await writeFile(`${path}.new`, JSON.stringify({ ...(await read()), [key]: findings }, null, 1));
      await rename(`${path}.new`, path);
    },
  };
};
