/** What the tuner measured, kept in the browser: a database of its own, which may vanish without loss. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Finding, FindingStore } from '../../runtime/tuner';

const DATABASE = 'overparam-tuning';
interface Layout extends DBSchema {
  findings: { key: string; value: readonly Finding[] };
}

const open = (): Promise<IDBPDatabase<Layout>> =>
  openDB<Layout>(DATABASE, 1, {
    upgrade: (db) => {
      db.createObjectStore('findings');
    },
  });

/** Works without IndexedDB too: then nothing is kept, and measured again at the next visit. */
export const browserFindings = (): FindingStore => ({
  load: async (key) => {
    const db = await open();
    try {
      return (await db.get('findings', key)) ?? [];
    } finally {
      db.close();
    }
  },
  save: async (key, findings) => {
    try {
      const db = await open();
      await db.put('findings', findings, key).finally(() => db.close());
    } catch {
      // A browser that stores nothing still computes.
    }
  },
});
