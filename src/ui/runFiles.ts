/** Kept runs to files and back. */
import { FormatError, StorageError } from '../core/errors';
import { bundleOf, bundleRows, keptOf, readBundle, withoutInputs, writeBundle } from '../lab/bundle';
import type { KeptRun, RunStore } from '../lab/store/types';
import { save } from './save';

/** `problem`: why it was not taken, and what to do. */
export interface Imported {
  readonly file: string;
  readonly run: KeptRun | undefined;
  readonly problem: string | undefined;
}

const readText = async (file: File): Promise<string> => {
  try {
    return await file.text();
  } catch (error) {
    throw new FormatError(
      'run bundle',
      `the browser could not read the file (${String(error)}); check that it still exists, and choose it again`,
    );
  }
};

async function importOne(store: RunStore, file: File): Promise<Imported> {
  try {
    const bundle = readBundle(await readText(file));
    const run = keptOf(bundle, crypto.randomUUID());
    await store.add(run, bundleRows(bundle), bundle.inputs);
    return { file: file.name, run, problem: undefined };
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof StorageError)) throw error;
    return { file: file.name, run: undefined, problem: error.message };
  }
}

/** One after another; one that is refused does not keep out the others. */
export async function importRuns(store: RunStore, files: Iterable<File>): Promise<readonly Imported[]> {
  const out: Imported[] = [];
  for (const file of files) out.push(await importOne(store, file));
  return out;
}

/** '2026-02-03T04-05-06': what file systems take. */
const stamp = (date: string): string => date.slice(0, 19).replaceAll(':', '-');
const fileName = ({ study, date, id }: KeptRun): string =>
  `${study}-${stamp(date)}-${id.slice(0, 4)}.json`.replaceAll('/', '-').replace(/[^\w.-]/g, '_');

/**
 * Gives the reader one file; `own`: with the reader's own data files inside. Returns whether there were any to be left out or put in. Throws StorageError
 * where the browser does not read the run back.
 */
export async function exportRun(store: RunStore, run: KeptRun, own: boolean): Promise<boolean> {
  const inputs = await store.inputs(run.id);
  const bundle = bundleOf(run, await store.rows(run.id), inputs);
  save(fileName(run), new Blob([writeBundle(own ? bundle : withoutInputs(bundle))], { type: 'application/json' }));
  return Object.keys(inputs).length > 0;
}
