/** The command line of `npm start`, whether it opens a browser, and how the entry points end. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NOT_FOUND, runCommand, wasInterrupted } from './command';
import { ROOT } from './root';
import { hasDisplay, parseStart } from './start';

it.each([
  ['linux', {}, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { DISPLAY: ':10', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, false],
  ['darwin', {}, true],
  ['win32', {}, true],
  ['darwin', { CI: 'true' }, false],
] as const)('on %s with %o: opens a browser: %s', (platform, env, shown) => {
  expect(hasDisplay(platform, env)).toBe(shown);
});

it('reads the port and whether to open', () => {
  expect(parseStart([])).toEqual({ open: true });
  expect(parseStart(['--port', '8080', '--no-open'])).toEqual({ open: false, port: 8080 });
});
it.each([[['--port', '0']], [['--port', '65536']], [['--port', '80a']], [['--prot', '80']], [['extra']]])('refuses %o', (args) => {
  expect(() => parseStart(args)).toThrow(expect.objectContaining({ name: 'ConfigError' }));
});

const RUN = join(ROOT, 'src/cli/run.mjs');
/** Runs an entry in a process of its own; resolves to its status, or the signal that ended it, and both outputs. */
const entry = (
  args: readonly string[],
  onOutput?: (text: string, kill: () => void) => void,
): Promise<{ end: number | string; text: string }> =>
  new Promise((done, fail) => {
    // Plain text, whatever the test runner's own colours; the time limit ends a server that a failing test would leave behind.
    const { FORCE_COLOR: _, ...env } = process.env;
    const child = spawn(process.execPath, [RUN, ...args], { env: { ...env, NO_COLOR: '1', CI: 'true' }, timeout: 60_000 });
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      onOutput?.(text, () => child.kill('SIGINT'));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', fail);
    child.on('exit', (code, signal) => done({ end: code ?? signal ?? '', text }));
  });

it.each([
  [[], 'Usage: node src/cli/run.mjs ENTRY'],
  [['missing'], 'There is no src/cli/missing.ts'],
  [['../core/errors'], 'There is no'],
  [['site'], 'src/cli/site.ts exports no main'],
  [['start', '--port', 'x'], "--port is 'x'"],
])('run.mjs %o ends with status 2 and says why', async (args, says) => {
  const { end, text } = await entry(args);
  expect(text).toContain(says);
  expect(end).toBe(2);
});

it('serves the gallery until it is interrupted', async () => {
  let served: Promise<number> | undefined;
  const { end, text } = await entry(['start'], (heard, kill) => {
    const address = /http:\/\/localhost:\d+\//.exec(heard)?.[0];
    if (!address || !heard.includes('Ctrl-C')) return;
    served ??= fetch(address)
      .then((response) => response.status)
      .finally(kill);
  });
  expect(await served, text).toBe(200);
  // The browser is not opened in CI: the address is for the user to open.
  expect(text).toContain('Open this address');
  expect(end).toBe('SIGINT');
});

const node = (script: string): Promise<number> => runCommand(process.execPath, ['-e', script]);
it('gives the status of a command, also when a signal ended it or it does not exist', async () => {
  expect(await node('process.exit(7)')).toBe(7);
  expect(await node("process.kill(process.pid, 'SIGTERM')")).toBe(128 + constants.signals.SIGTERM);
  expect([0, 1, NOT_FOUND, 128 + constants.signals.SIGINT, 128 + constants.signals.SIGTERM].map(wasInterrupted)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
  expect(await runCommand('overparam-no-such-command', [])).toBe(NOT_FOUND);
  expect(await runCommand(process.execPath, ['-e', 'process.exit(Number(process.env.STATUS))'], { env: { STATUS: '5' } })).toBe(5);
});
