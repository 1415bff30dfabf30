/**
 * `npm run lab -- STUDY [options]`: builds the lab, runs one study in a headless browser on the same page a visitor sees, and
 * writes what it measured. Progress and notes go to stderr; adapter, verdicts and the folder's name to stdout.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConfigError } from '../core/errors';
import { readBundle, writeBundle, type RunBundle } from '../lab/bundle';
import { cellsCsv, metricsCsv } from '../lab/export';
import type { AdapterInfo, LiveChange } from '../lab/run';
import { fileStem, titleOf, type Inputs } from '../lab/study';
import { RowTable } from '../lab/table';
import { presentRun } from '../lab/version1';
import { launchInterruptible } from './browser';
import { entriesOf, loadCatalogue, type Catalogue } from './catalogue';
import { commit } from './commit';
import { onInterrupt } from './interrupt';
import type { LabCommand } from './labArgs';
import { parseLab } from './labArgs';
import type { Outcome } from './labPage';
import { drive, pageOf } from './labPage';
import { ProgressMeter } from './labProgress';
import type { Terminal } from './labProgress';
import { keepReference } from './labReference';
import { EXIT, exitCode, verdictText } from './labReport';
import { compareText, sameBits } from './labRepeat';
import { openSite, ROOT } from './site';
import { sourceHash } from './sourceHash';

/** `inputs`: read. `again`: what an earlier run measured, to compare with. */
type LabRun = Omit<Extract<LabCommand, { kind: 'run' }>, 'inputs' | 'kind'> & {
  readonly inputs: Inputs;
  readonly live: readonly LiveChange[];
  readonly again?: RunBundle;
};

/** `out/<study>-<preset>-<UTC time>`, unless named. */
const outFolder = (run: LabRun, date: Date): string =>
  resolve(run.out ?? join('out', `${fileStem(run.study)}-${run.preset}-${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`));

const NO_ADAPTER = { name: 'none', software: false } as const;

const bundleOf = (
  { study, preset, config, inputs }: LabRun,
  { verdicts, adapter, seconds, state, live }: Outcome,
  table: RowTable,
  date: Date,
): RunBundle => ({
  facts: {
    study: study.path,
    title: titleOf(study),
    preset,
    config,
    verdicts,
    adapter: adapter ?? NO_ADAPTER,
    date: date.toISOString(),
    build: commit(ROOT),
    seconds,
    live,
    state: state === 'done' || state === 'aborted' ? state : 'failed',
  },
  points: table.points,
  cells: table.cells,
  inputs,
});

const writeOutcome = async (folder: string, run: LabRun, outcome: Outcome, date: Date): Promise<void> => {
  const table = new RowTable(outcome.rows);
  await writeFile(join(folder, 'metrics.csv'), metricsCsv(table));
  if (table.cells.length > 0) await writeFile(join(folder, 'cells.csv'), cellsCsv(table));
  await writeFile(join(folder, 'run.json'), writeBundle(bundleOf(run, outcome, table, date)));
  for (const { name, data } of outcome.artifacts) await writeFile(join(folder, basename(name)), data);
  for (const { name, png } of outcome.charts) await writeFile(join(folder, `${name.replace(/\.png$/, '')}.png`), png);
};

const nameOf = (adapter: AdapterInfo): string => `${adapter.name}${adapter.software ? ' (software)' : ''}`;

/** Builds, serves, launches and drives; everything it opened is closed again. */
const measure = async (run: LabRun, signal: AbortSignal, meter: ProgressMeter): Promise<Outcome> => {
  meter.note('building the lab');
  const site = await openSite();
  try {
    const browser = await launchInterruptible();
    try {
      return await drive(browser, pageOf(site.url, run.study), run, signal, {
        adapter: (adapter) => meter.note(`adapter: ${nameOf(adapter)}`),
        event: (e) => meter.note(`${e.level}: ${e.message}`),
        progress: (p, points) => meter.update(p, points),
      });
    } finally {
      await browser.close();
    }
  } finally {
    await site.close();
    meter.end();
  }
};

const readOr = <T>(path: string, read: Promise<T>): Promise<T> =>
  read.catch((error: unknown) => {
    throw new ConfigError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });

const readInputs = async (paths: Readonly<Record<string, string>>): Promise<Inputs> => {
  const files = Object.entries(paths).map(
    async ([key, path]) => [key, { name: basename(path), data: Uint8Array.from(await readOr(path, readFile(path))) }] as const,
  );
  return Object.fromEntries(await Promise.all(files));
};

/** Throws ConfigError where the file is no run, or one of a study or settings that are not here. */
const readRepeat = async ({ path, out }: Extract<LabCommand, { kind: 'repeat' }>, catalogue: Catalogue): Promise<LabRun> => {
  const text = await readOr(path, readFile(path, 'utf8'));
  const again = await readOr(path, (async () => readBundle(text))());
  const { facts, inputs } = again;
  const placed = await presentRun(entriesOf(catalogue), facts);
  return { ...placed, inputs, live: facts.live, reference: false, again, ...(out === undefined ? {} : { out }) };
};

/** A repeated run whose numbers differ, where they must not, counts as one whose claim disagrees. */
const codeOf = (run: LabRun, outcome: Outcome): number => {
  const code = exitCode(outcome.state, outcome.verdicts);
  return run.again && code === EXIT.agrees && !sameBits(run.again, outcome) ? EXIT.disagrees : code;
};

const runLab = async (run: LabRun, stdout: Terminal, stderr: Terminal): Promise<number> => {
  const date = new Date();
  const folder = outFolder(run, date);
  // Before the run, so that a folder that cannot be written costs nobody an hour.
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new ConfigError(`cannot make the folder ${folder}: ${String(error)}`);
  });
  const meter = new ProgressMeter(stderr);
  const interrupt = onInterrupt((text) => meter.note(text));
  try {
    const outcome = await measure(run, interrupt.signal, meter);
    await writeOutcome(folder, run, outcome, date);
    if (run.reference)
      meter.note(
        await keepReference(run, outcome.state, outcome.rows, {
          adapter: outcome.adapter ?? NO_ADAPTER,
          build: commit(ROOT),
          source: await sourceHash(run.study.path),
          date: date.toISOString(),
          seconds: outcome.seconds,
          verdicts: outcome.verdicts,
        }),
      );
    stdout.write(
      `${run.study.path}, preset ${run.preset}, on ${nameOf(outcome.adapter ?? NO_ADAPTER)}: ${outcome.state}\n\n${verdictText(outcome.verdicts)}\n\n${folder}\n`,
    );
    if (outcome.error) stderr.write(`${outcome.error.name}: ${outcome.error.message}\n`);
    if (run.again) stdout.write(`\n${compareText(run.again, outcome)}\n`);
    return interrupt.signal.aborted ? EXIT.interrupted : codeOf(run, outcome);
  } finally {
    interrupt.dispose();
  }
};

/** The exit status: see EXIT. `args` without node and the script. */
export const main = async (
  args: readonly string[],
  stdout: Terminal = process.stdout,
  stderr: Terminal = process.stderr,
): Promise<number> => {
  try {
    const catalogue = await loadCatalogue();
    const command = parseLab(args, catalogue);
    if (command.kind === 'run') return await runLab({ ...command, inputs: await readInputs(command.inputs), live: [] }, stdout, stderr);
    if (command.kind === 'repeat') return await runLab(await readRepeat(command, catalogue), stdout, stderr);
    stdout.write(`${command.text}\n`);
    return EXIT.agrees;
  } catch (error) {
    // By name: an error of a study comes from another copy of its class, as the registry is loaded on its own.
    if (error instanceof Error && error.name === 'ConfigError') {
      stderr.write(`lab: ${error.message}\n`);
      return EXIT.usage;
    }
    stderr.write(`lab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
};
