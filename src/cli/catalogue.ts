/** Every phenomenon and stored run, loaded by path when a command runs, because the demos lie above this layer. */
import { join } from 'node:path';
import { runnerImport } from 'vite';
import type { Entry, Phenomenon, Reference, Study } from '../lab/study';
import { ROOT } from './root';

export interface Catalogue {
  readonly phenomena: readonly Phenomenon[];
  /** Of a study, by its path. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
}
export const studiesOf = ({ phenomena }: Pick<Catalogue, 'phenomena'>): readonly Study[] => phenomena.flatMap((p) => p.studies);
export const entriesOf = ({ phenomena }: Catalogue): readonly Entry[] =>
  phenomena.map((p) => ({ card: p, load: () => Promise.resolve(p) }));

export const loadCatalogue = async (): Promise<Catalogue> => {
  const { module } = await runnerImport<{ readonly LOADED: Catalogue['phenomena']; readonly REFERENCES: Catalogue['references'] }>(
    join(ROOT, 'demos/loaded.ts'),
    // What this Node cannot read, such as `using`, is written in older words, as it is in the built site.
    { root: ROOT, configFile: false, logLevel: 'error', oxc: { target: 'es2023' } },
  );
  return { phenomena: module.LOADED, references: module.REFERENCES };
};
