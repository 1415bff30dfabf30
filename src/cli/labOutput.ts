/** The files of a headless run: metrics.csv, cells.csv, run.json, what the run offers, a PNG of each chart. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../core/errors';
import { writeBundle, type RunBundle } from '../lab/bundle';
import { cellsCsv, metricsCsv } from '../lab/export';
import type { LiveChange } from '../lab/run';
import { fileStem, titleOf, type Inputs } from '../lab/study';
import { RowTable } from '../lab/table';
import { commit } from './commit';
import { hasCheckpoint } from './checkpointFolder';
import type { LabCommand } from './labArgs';
import type { Outcome } from './labPage';
import { ROOT } from './root';

/** `inputs`: read. `again`: what an earlier run measured, to compare with. */
export type LabRun = Omit<Extract<LabCommand, { kind: 'run' }>, 'inputs' | 'kind'> & {
  readonly inputs: Inputs;
  readonly live: readonly LiveChange[];
  readonly again?: RunBundle;
};
/** Of a page that failed before it had one. */
export const NO_ADAPTER = { name: 'none', software: false } as const;

/** What an error of the file system says, without its stack. */
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Makes a folder that was not there, under the first of the names that is free: 'a', 'a-2', 'a-3', … */
const makeFresh = async (path: string): Promise<string> => {
  await mkdir(dirname(path), { recursive: true });
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : `${path}-${n}`;
    try {
      await mkdir(name); // fails where there is one: two runs of one second never share it
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

/**
 * The run's folder, made: `out/<study>-<preset>-<UTC time>`, unless named. Throws ConfigError where it cannot be made, or where a named one
 * holds a run and `force` is not given.
 */
export const makeFolder = async ({ study, preset, out, force }: LabRun, date: Date): Promise<string> => {
  const named = out === undefined ? undefined : resolve(out);
  if (named !== undefined && !force && existsSync(join(named, 'run.json')))
    throw new ConfigError(`${named} holds a run already; choose another folder, or write over it with --force`);
  if (named !== undefined && !force && hasCheckpoint(named))
    throw new ConfigError(`${named} holds a run that was cut off; go on with it by --resume ${named}, or start anew there with --force`);
  const time = date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  try {
    if (named === undefined) return await makeFresh(resolve('out', `${fileStem(study)}-${preset}-${time}Z`));
    await mkdir(named, { recursive: true });
    return named;
  } catch (error) {
    throw new ConfigError(`cannot make the folder ${named ?? resolve('out')}: ${reason(error)}`);
  }
};

/** A run as a file; one without an outcome is only begun. */
export const bundleOf = ({ study, preset, config, inputs, live }: LabRun, outcome: Outcome | undefined, date: Date): RunBundle => {
  const table = new RowTable(outcome?.rows ?? []);
  const state = outcome?.state ?? 'aborted';
  return {
    facts: {
      study: study.path,
      title: titleOf(study),
      preset,
      config,
      verdicts: outcome?.verdicts ?? [],
      adapter: outcome?.adapter ?? NO_ADAPTER,
      date: date.toISOString(),
      build: commit(ROOT),
      seconds: outcome?.seconds ?? 0,
      live: outcome?.live ?? live,
      state: state === 'done' || state === 'aborted' ? state : 'failed',
    },
    points: table.points,
    cells: table.cells,
    inputs,
  };
};

/** Writes every file that it can. Returns what could not be written, as 'name (why)'. */
export const writeOutcome = async (folder: string, run: LabRun, outcome: Outcome, date: Date): Promise<readonly string[]> => {
  const table = new RowTable(outcome.rows);
  const files: (readonly [name: string, content: () => string | Uint8Array])[] = [
    ['run.json', () => writeBundle(bundleOf(run, outcome, date))],
    ['metrics.csv', () => metricsCsv(table)],
    ...(table.cells.length > 0 ? [['cells.csv', () => cellsCsv(table)] as const] : []),
    ...outcome.artifacts.map(({ name, data }) => [basename(name), () => data] as const),
    ...outcome.charts.map(({ name, png }) => [`${name.replace(/\.png$/, '')}.png`, () => png] as const),
  ];
  const failed: string[] = [];
  for (const [name, content] of files)
    await writeFile(join(folder, name), content()).catch((error: unknown) => failed.push(`${name} (${reason(error)})`));
  return failed;
};
