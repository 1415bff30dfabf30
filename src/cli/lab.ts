/**
 * `npm run lab -- EXPERIMENT [options]`: builds the lab, runs one experiment in a headless browser on the same page a visitor sees, and
 * writes what it measured. Progress and notes go to stderr; adapter, verdicts and the folder's name to stdout.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import type { Browser } from 'playwright';
import { runnerImport } from 'vite';
import { ConfigError } from '../core/errors';
import type { Experiment } from '../lab/experiment';
import { cellsCsv, metricsCsv, runSummary, toJson } from '../lab/export';
import { RowTable } from '../lab/table';
import type { AdapterInfo } from '../lab/worker/protocol';
import { ensureBrowser } from './browser';
import { launchOptions } from './findBrowser';
import type { LabCommand } from './labArgs';
import { parseLab } from './labArgs';
import type { Outcome } from './labPage';
import { drive } from './labPage';
import { ProgressMeter } from './labProgress';
import type { Terminal } from './labProgress';
import { EXIT, exitCode, verdictText } from './labReport';
import { openSite, ROOT } from './site';

type LabRun = Extract<LabCommand, { kind: 'run' }>;

/** Loaded by path when the command runs, because the demos lie above this layer. */
const loadExperiments = async (): Promise<readonly Experiment[]> => {
  const { module } = await runnerImport<{ readonly EXPERIMENTS: readonly Experiment[] }>(join(ROOT, 'demos/registry.ts'), {
    // What this Node cannot read, such as `using`, is written in older words, as it is in the built site.
    root: ROOT, configFile: false, logLevel: 'error', oxc: { target: 'es2023' },
  });
  return module.EXPERIMENTS;
};

/** The commit that was built, with `-dirty` where the tree differs from it; 'unknown' outside a repository. */
const commit = (): string => {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
};

/** `out/<experiment>-<preset>-<UTC time>`, unless named. */
const outFolder = (run: LabRun, date: Date): string =>
  resolve(run.out ?? join('out', `${run.experiment.id}-${run.preset}-${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`));

const NO_ADAPTER = { name: 'none', software: false } as const;

const writeOutcome = async (folder: string, run: LabRun, outcome: Outcome, date: Date): Promise<void> => {
  const table = new RowTable(outcome.rows);
  await writeFile(join(folder, 'metrics.csv'), metricsCsv(table));
  if (table.cells.length > 0) await writeFile(join(folder, 'cells.csv'), cellsCsv(table));
  const summary = runSummary(run.experiment, table, {
    preset: run.preset, config: run.config, verdicts: outcome.verdicts, adapter: outcome.adapter ?? NO_ADAPTER, build: commit(), date: date.toISOString(), seconds: outcome.seconds,
  });
  await writeFile(join(folder, 'summary.json'), toJson({ ...summary, state: outcome.state, ...(outcome.error ? { error: outcome.error } : {}) }));
  for (const { name, png } of outcome.charts) await writeFile(join(folder, `${name.replace(/\.png$/, '')}.png`), png);
};

const nameOf = (adapter: AdapterInfo): string => `${adapter.name}${adapter.software ? ' (software)' : ''}`;

/** Time within which a second signal is the same key press: npm passes on a Ctrl-C that the terminal has already sent. */
const SAME_PRESS_MS = 1000;

/** Aborts at the first SIGINT or SIGTERM; leaves at once at a later one. */
const onInterrupt = (note: (text: string) => void): { readonly signal: AbortSignal; readonly dispose: () => void } => {
  const controller = new AbortController();
  let first: number | undefined;
  const handle = (): void => {
    if (first !== undefined && performance.now() - first > SAME_PRESS_MS) process.exit(EXIT.interrupted);
    if (first !== undefined) return;
    first = performance.now();
    note('interrupted: ending the run and writing what was measured (interrupt again to leave at once)');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, handle);
  return { signal: controller.signal, dispose: () => { for (const name of signals) process.off(name, handle); } };
};

/** The usual browser, except that an interrupt is left to this command: Playwright's own answer is to end browser and process at once. */
const launch = async (): Promise<Browser> => {
  await ensureBrowser();
  return chromium.launch({ ...launchOptions(), handleSIGINT: false, handleSIGTERM: false });
};

/** Builds, serves, launches and drives; everything it opened is closed again. */
const measure = async (run: LabRun, signal: AbortSignal, meter: ProgressMeter): Promise<Outcome> => {
  meter.note('building the lab');
  const site = await openSite();
  try {
    const browser = await launch();
    try {
      return await drive(browser, `${site.url}${run.experiment.id}/`, run.config, signal, {
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

const runLab = async (run: LabRun, stdout: Terminal, stderr: Terminal): Promise<number> => {
  const date = new Date();
  const folder = outFolder(run, date);
  // Before the run, so that a folder that cannot be written costs nobody an hour.
  await mkdir(folder, { recursive: true }).catch((error: unknown) => { throw new ConfigError(`cannot make the folder ${folder}: ${String(error)}`); });
  const meter = new ProgressMeter(stderr);
  const interrupt = onInterrupt((text) => meter.note(text));
  try {
    const outcome = await measure(run, interrupt.signal, meter);
    await writeOutcome(folder, run, outcome, date);
    stdout.write(`${run.experiment.id}, preset ${run.preset}, on ${nameOf(outcome.adapter ?? NO_ADAPTER)}: ${outcome.state}\n\n${verdictText(outcome.verdicts)}\n\n${folder}\n`);
    if (outcome.error) stderr.write(`${outcome.error.name}: ${outcome.error.message}\n`);
    return interrupt.signal.aborted ? EXIT.interrupted : exitCode(outcome.state, outcome.verdicts);
  } finally {
    interrupt.dispose();
  }
};

/** The exit status: see EXIT. `args` without node and the script. */
export const main = async (args: readonly string[], stdout: Terminal = process.stdout, stderr: Terminal = process.stderr): Promise<number> => {
  try {
    const command = parseLab(args, await loadExperiments());
    if (command.kind === 'run') return await runLab(command, stdout, stderr);
    stdout.write(`${command.text}\n`);
    return EXIT.agrees;
  } catch (error) {
    // By name: an error of an experiment comes from another copy of its class, as the registry is loaded on its own.
    if (error instanceof Error && error.name === 'ConfigError') {
      stderr.write(`lab: ${error.message}\n`);
      return EXIT.usage;
    }
    stderr.write(`lab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
};
