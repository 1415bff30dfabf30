/**
 * `node src/cli/run.mjs ENTRY [arguments]`: loads src/cli/ENTRY.ts through Vite, since Node 20 reads no TypeScript, and ends with the
 * status that its `main(arguments)` resolves to. Everything runs in this process, so signals reach `main` as they are.
 * Plain JavaScript without static imports of packages: on a Node that is too old, or before `npm ci`, it must still say what is wrong.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Exit status for wrong usage or a machine that cannot run this. */
const USAGE = 2;

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

/** @param {string} message */
const refuse = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(USAGE);
};

// The versions that Vite 8 accepts.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
  refuse(`This is Node ${process.versions.node}; Overparam needs Node 20.19 or newer, or 22.12 or newer. Get it from https://nodejs.org`);
}
if (!existsSync(join(root, 'node_modules', 'vite'))) refuse('The packages are not installed. Run: npm ci');

const [entry = '', ...args] = process.argv.slice(2);
const file = join(here, `${entry}.ts`);
if (!/^[a-z][A-Za-z]*$/.test(entry) || !existsSync(file))
  refuse(`Usage: node src/cli/run.mjs ENTRY [arguments]. There is no src/cli/${entry}.ts`);

const { runnerImport } = await import('vite');
const { module } = await runnerImport(file, { root, configFile: false, logLevel: 'error' });
if (typeof module.main !== 'function') refuse(`src/cli/${entry}.ts exports no main`);
try {
  process.exitCode = await module.main(args);
} catch (error) {
  // What is thrown on purpose has a message for the user; anything else is a fault, whose stack is wanted.
  const expected = error instanceof Error && error.name === 'ConfigError';
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = expected ? USAGE : 1;
}
