/**
 * `npm test [-- PATH…]`: everything that must hold before a change goes in. Fetches a browser and a Vulkan loader where there is none,
 * then checks types, lint and format, looks for a WebGPU adapter, and runs all tests (or those of the paths) in Chromium and in Node, the tests of the built site
 * among them. Every stage runs even when an earlier one failed, except that without an adapter there is nothing to run the tests on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser, ensureDawn } from './browser';
import type { FoundBrowser } from './browser';
import { runCommand, wasInterrupted } from './command';
import { wantsSoftware } from './findBrowser';
import { ROOT } from './root';
import { add, closingLine, stageTally, vitestTally } from './tally';
import type { Tally } from './tally';

type Env = Readonly<Record<string, string>>;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Runs a package's script with this Node; its exit status. Throws when interrupted, so that no further stage begins. */
const node = async (script: string, args: readonly string[], env: Env = {}): Promise<number> => {
  say(`\n> ${[script.replace(/^.*\//, ''), ...args].join(' ')}`);
  const status = await runCommand(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT, env });
  if (wasInterrupted(status)) throw new Error(`interrupted (status ${status})`);
  return status;
};

/** One Vitest run, counted from its report. */
const vitest = async (args: readonly string[], env: Env): Promise<Tally> => {
  const folder = await mkdtemp(join(tmpdir(), 'overparam-test-'));
  try {
    const report = join(folder, 'report.json');
    // A forgotten `only` would leave most tests out and pass.
    const status = await node(
      'vitest/vitest.mjs',
      ['run', ...args, '--allowOnly=false', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      env,
    );
    return vitestTally(await readFile(report, 'utf8').catch(() => undefined), status);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const described = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

const version = ({ executablePath }: FoundBrowser): string => {
  // On Windows `--version` opens a window.
  if (process.platform === 'win32') return '';
  try {
    return execFileSync(executablePath, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'version unknown';
  }
};

/**
 * The environment in which the browser offers an adapter, and the tally of looking for one. A GPU without a working driver is common
 * (containers, virtual machines), so where one was only guessed at, the software adapter is tried next.
 */
const findAdapter = async (): Promise<{ readonly env: Env; readonly tally: Tally }> => {
  const look = (env: Env): Promise<Tally> => vitest(['--project', 'chromium', 'src/cli/adapter.test.ts'], env);
  const first = await look({});
  const guessed = !process.env['OVERPARAM_ADAPTER'] || process.env['OVERPARAM_ADAPTER'] === 'auto';
  if (first.failed === 0 || wantsSoftware() || !guessed) return { env: {}, tally: first };
  say('\nNo adapter on the GPU; trying the software adapter (OVERPARAM_ADAPTER=software).');
  const env = { OVERPARAM_ADAPTER: 'software' };
  return { env, tally: await look(env) };
};

const check = async (paths: readonly string[]): Promise<Tally> => {
  const browser = await ensureBrowser();
  // Without a loader the rest is tested all the same; the test of the benchmark in Node fails and says what to install.
  await ensureDawn().catch((error: unknown) => say(described(error)));
  say(`Node ${process.versions.node}\nBrowser: ${browser.executablePath} ${version(browser)}`);
  const types = stageTally(await node('typescript/bin/tsc', ['-p', 'tsconfig.json']));
  const lint = stageTally(await node('oxlint/bin/oxlint', ['--deny-warnings']));
  const format = stageTally(await node('oxfmt/bin/oxfmt', ['--check']));
  const before = [types, lint, format].reduce(add);
  const adapter = await findAdapter();
  // The adapter's test is among the tests, so that it counts here only when it ends the run.
  if (adapter.tally.failed > 0) return add(before, adapter.tally);
  return add(before, await vitest(['--project', 'chromium', '--project', 'node', ...paths], adapter.env));
};

/** 0 when everything passed, else 1. The last line is `N passed, N failed`, whatever happens. */
export const main = async (paths: readonly string[]): Promise<number> => {
  const tally = await check(paths).catch((error: unknown): Tally => {
    process.stderr.write(`${described(error)}\n`);
    return stageTally(1);
  });
  say(`\n${closingLine(tally)}`);
  return tally.failed === 0 ? 0 : 1;
};
