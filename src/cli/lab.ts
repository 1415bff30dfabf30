/**
 * `npm run lab -- STUDY [options]`: builds the lab, runs one study in a headless browser on the same page a visitor sees, and
 * writes what it measured. Progress and notes go to stderr; adapter, verdicts and the folder's name to stdout.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { comesAgain, ConfigError } from '../core/errors';
import { readBundle, toJson } from '../lab/bundle';
import type { AdapterInfo } from '../lab/run';
import type { Inputs } from '../lab/study';
import { presentRun } from '../lab/version1';
import { launchWithProfile } from './browser';
import { entriesOf, loadCatalogue, type Catalogue } from './catalogue';
import { dropCheckpoint, profileOf } from './checkpointFolder';
import { commit } from './commit';
import { onInterrupt } from './interrupt';
import { parseLab, type LabCommand } from './labArgs';
import { keepOrder, readOrder } from './labCheckpoint';
import { makeFolder, NO_ADAPTER, writeOutcome, type LabRun } from './labOutput';
import { drive, pageOf, type Outcome } from './labPage';
import { ProgressMeter, type Terminal } from './labProgress';
import { keepReference } from './labReference';
import { EXIT, exitCode, verdictText } from './labReport';
import { compareText, sameBits } from './labRepeat';
import { LAB_ORIGIN, openSite, originFlags } from './site';
import { ROOT } from './root';
import { sourceHash } from './sourceHash';

const nameOf = (adapter: AdapterInfo): string => `${adapter.name}${adapter.software ? ' (software)' : ''}`;

/** A run whose browser goes away more often than this has little hope. */
const MOST_CRASHES = 5;

/** A run and its folder; `resume`: whether it goes on from its checkpoint there. */
interface Placed {
  readonly run: LabRun;
  readonly folder: string;
  readonly resume: boolean;
}

/** Builds, serves, launches and drives; everything it opened is closed again. A browser that goes away is replaced. */
const measure = async ({ run, folder, resume }: Placed, signal: AbortSignal, meter: ProgressMeter): Promise<Outcome> => {
  meter.note('building the lab, where its source has changed');
  const site = await openSite();
  try {
    for (let crashes = 0; ; crashes++) {
      const browser = await launchWithProfile(profileOf(folder), originFlags(site));
      const order = { ...run, resume: resume || crashes > 0 };
      const outcome = await drive(browser, pageOf(LAB_ORIGIN, run.study), order, signal, {
        adapter: (adapter) => meter.note(`adapter: ${nameOf(adapter)}`),
        event: (e) => meter.note(`${e.level}: ${e.message}`),
        progress: (p, points) => meter.update(p, points),
      }).finally(() => browser.close());
      if (!outcome.gone || signal.aborted || crashes >= MOST_CRASHES) return outcome;
      meter.note('the browser went away; the run goes on from its last checkpoint, in another');
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
const readRepeat = async (
  { kind: _kind, path, inputs: paths, ...output }: Extract<LabCommand, { kind: 'repeat' }>,
  catalogue: Catalogue,
): Promise<LabRun> => {
  const text = await readOr(path, readFile(path, 'utf8'));
  const again = await readOr(path, (async () => readBundle(text))());
  const { facts, leftOut = {} } = again;
  const inputs = { ...again.inputs, ...(await readInputs(paths)) };
  const lacking = Object.entries(leftOut).filter(([key]) => !(key in inputs));
  if (lacking.length > 0) {
    const how = lacking.map(([key, name]) => `--input ${key}=${name}`).join(' ');
    throw new ConfigError(`${path} was saved without its data files; give them: ${how}`);
  }
  const placed = await presentRun(entriesOf(catalogue), facts);
  return { ...placed, inputs, live: facts.live, reference: false, again, ...output };
};

/** A repeated run whose numbers differ, where they must not, counts as one whose claim disagrees. */
const codeOf = (run: LabRun, outcome: Outcome): number => {
  const code = exitCode(outcome.state, outcome.verdicts);
  return run.again && code === EXIT.agrees && !sameBits(run.again, outcome) ? EXIT.disagrees : code;
};

/** Throws ConfigError as `keepReference` does. */
const keep = async (run: LabRun, outcome: Outcome, date: Date): Promise<string> =>
  keepReference(run, outcome.state, outcome.rows, {
    adapter: outcome.adapter ?? NO_ADAPTER,
    build: commit(ROOT),
    source: await sourceHash(run.study.path),
    date: date.toISOString(),
    seconds: outcome.seconds,
    verdicts: outcome.verdicts,
  });

const report = (run: LabRun, outcome: Outcome, folder: string): string => {
  const { adapter = NO_ADAPTER, state, seconds, verdicts, error } = outcome;
  const again = run.again ? compareText(run.again, outcome) : undefined;
  if (run.json) return toJson({ study: run.study.path, preset: run.preset, state, adapter, seconds, folder, error, verdicts, again });
  const title = `${run.study.path}, preset ${run.preset}, on ${nameOf(adapter)}: ${state}`;
  return `${[title, verdictText(verdicts), folder, ...(again ? [again] : [])].join('\n\n')}\n`;
};

/** Whether nothing is left to go on with: it came to its end, or would fail in the same way again. A checkpoint that does not fit this build may fit another. */
const isOver = ({ state, error }: Outcome, resumed: boolean): boolean => state !== 'failed' || (comesAgain(error) && !resumed);

const runIn = async (placed: Placed, date: Date, stdout: Terminal, stderr: Terminal): Promise<number> => {
  const { run, folder } = placed;
  const meter = new ProgressMeter(stderr);
  const interrupt = onInterrupt((text) => meter.note(text));
  try {
    const outcome = await measure(placed, interrupt.signal, meter);
    const unwritten = await writeOutcome(folder, run, outcome, date);
    if (run.reference) meter.note(await keep(run, outcome, date));
    stdout.write(report(run, outcome, folder));
    if (outcome.error) stderr.write(`${outcome.error.name}: ${outcome.error.message}\n`);
    if (unwritten.length > 0) {
      stderr.write(`lab: not written: ${unwritten.join('; ')}. The other files are in ${folder}\n`);
      return EXIT.failed;
    }
    if (isOver(outcome, placed.resume)) await dropCheckpoint(folder);
    else stderr.write(`lab: its checkpoint is kept; npm run lab -- --resume ${folder} goes on from there\n`);
    return interrupt.signal.aborted ? EXIT.interrupted : codeOf(run, outcome);
  } finally {
    interrupt.dispose();
  }
};

const runLab = async (run: LabRun, stdout: Terminal, stderr: Terminal): Promise<number> => {
  const date = new Date();
  // Before the run, so that a folder that cannot be written costs nobody an hour.
  const folder = await makeFolder(run, date);
  await keepOrder(folder, run, date);
  return runIn({ run, folder, resume: false }, date, stdout, stderr);
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
    if (command.kind === 'resume') {
      const { run, folder, date } = await readOrder(command.folder, entriesOf(catalogue));
      return await runIn({ run: { ...run, ...(command.json && { json: true }) }, folder, resume: true }, date, stdout, stderr);
    }
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
