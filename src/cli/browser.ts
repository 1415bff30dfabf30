/**
 * What a machine needs to run this: a browser, found or else fetched, and launched; and what Dawn in Node needs. Everything said goes to stderr,
 * so that stdout stays a command's own.
 */
import { readlink, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import type { Browser, BrowserContext } from 'playwright';
import { ConfigError } from '../core/errors';
import { runCommand } from './command';
import { findBrowser, launchOptions } from './findBrowser';
import type { FoundBrowser } from './findBrowser';
import { hasDriver, INSTALL_LOADER, loadVulkan, LOADER } from './vulkan';

export { findBrowser } from './findBrowser';
export type { FoundBrowser } from './findBrowser';

/** What setting a machine up needs of it, so that tests can describe one. */
export interface Tools {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly find: () => FoundBrowser | undefined;
  /** Whether Dawn in Node finds a Vulkan loader, and a driver to try. */
  readonly hasLoader: () => boolean;
  readonly hasDriver: () => boolean;
  /** Exit status of a command. `quiet`: without its output. */
  readonly run: (command: string, args: readonly string[], quiet?: boolean) => Promise<number>;
  readonly say: (line: string) => void;
}

export const thisMachine = (): Tools => ({
  platform: process.platform,
  isRoot: process.getuid?.() === 0,
  find: findBrowser,
  hasLoader: loadVulkan,
  hasDriver,
  run: (command, args, quiet = false) =>
    runCommand(command, args, { stdio: quiet ? 'ignore' : ['ignore', 2, 2], env: { DEBIAN_FRONTEND: 'noninteractive' } }),
  say: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

const playwrightCli = (): string => join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js');

/** Fetching what is missing by one means after another, keeping what was tried for the message. */
class Fetcher {
  readonly #tried: string[] = [];

  constructor(private readonly tools: Tools) {}

  /**
   * A browser that starts. A download may lack system libraries, which the dynamic linker then says. Asked on Linux only: elsewhere a
   * browser needs no libraries of others, and on Windows `--version` opens a window.
   */
  async #usable(): Promise<FoundBrowser | undefined> {
    const found = this.tools.find();
    if (!found || this.tools.platform !== 'linux') return found;
    if ((await this.tools.run(found.executablePath, ['--version'], true)) === 0) return found;
    this.#note(`${found.executablePath} is there but does not start`);
    return undefined;
  }

  #note(what: string): void {
    this.#tried.push(what);
    this.tools.say(what);
  }

  /** Runs a command, saying so; keeps it for the message if it fails. */
  async #attempt(command: string, args: readonly string[], shown: string): Promise<boolean> {
    this.tools.say(`running: ${shown}`);
    const status = await this.tools.run(command, args);
    if (status !== 0) this.#note(`${shown} failed with status ${status}`);
    return status === 0;
  }

  /** What to put before a command that needs root's rights; undefined where that would need a password. */
  async #asRoot(): Promise<readonly string[] | undefined> {
    if (this.tools.isRoot) return [];
    return (await this.tools.run('sudo', ['-n', 'true'], true)) === 0 ? ['sudo', '-n'] : undefined;
  }

  async #download(): Promise<void> {
    // The full browser: the headless shell that comes with it by default has no WebGPU.
    const fetched = await this.#attempt(
      process.execPath,
      [playwrightCli(), 'install', 'chromium', '--no-shell'],
      'npx playwright install chromium',
    );
    if (!fetched || (await this.#usable())) return;
    if (await this.#asRoot())
      await this.#attempt(process.execPath, [playwrightCli(), 'install-deps', 'chromium'], 'npx playwright install-deps chromium');
    else this.#note('npx playwright install-deps chromium was not run: it needs root or sudo without a password');
  }

  /** Debian's and Ubuntu's packages, by apt-get where it is there and may be run. */
  async #systemPackage(...wanted: readonly string[]): Promise<void> {
    if (this.tools.platform !== 'linux' || (await this.tools.run('apt-get', ['--version'], true)) !== 0) return;
    const install = ['apt-get', 'install', '-y', ...wanted];
    const prefix = await this.#asRoot();
    if (!prefix) return this.#note(`${install.join(' ')} was not run: it needs root or sudo without a password`);
    for (const line of [['apt-get', 'update'], install]) {
      const [command = '', ...rest] = [...prefix, ...line];
      if (!(await this.#attempt(command, rest, [command, ...rest].join(' ')))) return;
    }
  }

  #failure(what: string, remedy: string): ConfigError {
    const tried = this.#tried.length > 0 ? ` Tried:\n${this.#tried.map((t) => `  - ${t}`).join('\n')}\n` : ' ';
    return new ConfigError(`${what}.${tried}${remedy}`);
  }

  async browser(): Promise<FoundBrowser> {
    const installed = await this.#usable();
    if (installed) return installed;
    this.tools.say('No Chrome, Edge or Chromium that starts was found; fetching Chromium.');
    for (const remedy of [() => this.#download(), () => this.#systemPackage('chromium')]) {
      await remedy();
      const found = await this.#usable();
      if (found) return found;
    }
    throw this.#failure(
      'there is no browser to run in',
      'Install Chrome, Edge or Chromium 113 or newer, or set CHROME_PATH to the executable of one.',
    );
  }

  async dawn(): Promise<void> {
    if (this.tools.platform !== 'linux') return;
    if (!this.tools.hasDriver()) {
      this.tools.say('Without a GPU, Dawn in Node computes by the Vulkan driver that a browser brings.');
      await this.browser();
    }
    if (this.tools.hasLoader()) return;
    this.tools.say(`No Vulkan loader (${LOADER}) was found, neither the system's nor a browser's.`);
    // Recommended are drivers, which are there already.
    await this.#systemPackage('--no-install-recommends', 'libvulkan1');
    if (!this.tools.hasLoader()) throw this.#failure(`Dawn in Node needs the Vulkan loader, ${LOADER}, which is missing`, INSTALL_LOADER);
  }
}

/**
 * The browser that findBrowser names; where there is none, one fetched by Playwright or else by apt-get.
 * Throws ConfigError that lists what was tried and what to do.
 */
export const ensureBrowser = (tools: Tools = thisMachine()): Promise<FoundBrowser> => new Fetcher(tools).browser();

/**
 * Linux only: a Vulkan driver for Dawn in Node, which a browser brings where there is no GPU, and a loader: the system's, else a browser's,
 * else fetched by apt-get. Throws ConfigError that lists what was tried and what to do.
 */
export const ensureDawn = (tools: Tools = thisMachine()): Promise<void> => new Fetcher(tools).dawn();

/** A headless browser with WebGPU; see launchOptions. Throws ConfigError where there is none and none can be fetched. */
export const launchBrowser = async (): Promise<Browser> => {
  await ensureBrowser();
  return chromium.launch(launchOptions());
};

/** Playwright's own answer to an interrupt is to end browser and process at once: it is left to the command. */
const LEFT_TO_COMMAND = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false } as const;
/** The same, except that an interrupt is left to the command. `flags`: beside the usual ones. */
export const launchInterruptible = async (flags: readonly string[] = []): Promise<Browser> => {
  await ensureBrowser();
  const options = launchOptions();
  return chromium.launch({ ...options, args: [...options.args, ...flags], ...LEFT_TO_COMMAND });
};

/** Time for a browser whose command was killed to notice and go, in ms. */
const LEAVING_MS = 15_000;
/** The process that a profile's lock, '<host>-<process>', names, where it is one of this machine that is alive. */
const holderOf = async (profile: string): Promise<number | undefined> => {
  const lock = await readlink(join(profile, 'SingletonLock')).catch(() => '');
  const [, host, pid] = /^(.*)-(\d+)$/.exec(lock) ?? [];
  if (host !== hostname()) return undefined;
  try {
    process.kill(Number(pid), 0);
    return Number(pid);
  } catch {
    return undefined;
  }
};
/** Throws ConfigError where another browser uses the profile, after `patience` ms. A lock that was left behind, perhaps by another machine, is removed. */
export const freeProfile = async (profile: string, patience = LEAVING_MS): Promise<void> => {
  for (const until = performance.now() + patience; ;) {
    const holder = await holderOf(profile);
    if (holder === undefined) break;
    if (performance.now() > until) throw new ConfigError(`the run in ${dirname(dirname(profile))} goes on now, in process ${holder}`);
    await new Promise((next) => {
      setTimeout(next, 100);
    });
  }
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie']) await rm(join(profile, name), { force: true });
};

/** A headless browser like launchInterruptible's, whose storage lies in the folder `profile` and outlives it. Throws ConfigError where another browser uses it. */
export const launchWithProfile = async (profile: string, flags: readonly string[] = []): Promise<BrowserContext> => {
  await ensureBrowser();
  await freeProfile(profile);
  const options = launchOptions();
  return chromium.launchPersistentContext(profile, { ...options, args: [...options.args, ...flags], ...LEFT_TO_COMMAND });
};
