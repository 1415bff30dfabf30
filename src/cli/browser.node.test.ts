/** Fetching what is missing on described machines, and launching the browser of this machine. */
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ensureBrowser, ensureDawn, launchBrowser } from './browser';
import type { FoundBrowser, Tools } from './browser';
import { NOT_FOUND } from './command';
import { wantsSoftware } from './findBrowser';

/** What a command does to the described machine: its exit status, and the browser or the Vulkan loader there is from then on. */
interface Effect {
  readonly status: number;
  readonly leaves?: FoundBrowser;
  readonly loader?: boolean;
}

const INSTALLED: FoundBrowser = { executablePath: '/usr/bin/chromium', from: 'installed' };
const DOWNLOADED: FoundBrowser = { executablePath: '/cache/chrome', from: 'playwright' };

/** A machine where commands do as `effects` says by their last words; others cannot be found. Keeps what ran with output. */
const machine = (
  effects: Readonly<Record<string, Effect>>,
  over: Partial<Tools> & { there?: FoundBrowser; loader?: boolean } = {},
): { tools: Tools; ran: string[]; said: string[] } => {
  let { there, loader = false } = over;
  const [ran, said]: [string[], string[]] = [[], []];
  const run: Tools['run'] = async (command, args, quiet = false) => {
    const line = [command === process.execPath ? 'playwright' : command, ...args.filter((a) => !a.endsWith('cli.js'))].join(' ');
    if (!quiet) ran.push(line);
    const effect = effects[line] ?? { status: NOT_FOUND };
    there = effect.leaves ?? there;
    loader = effect.loader ?? loader;
    return effect.status;
  };
  const tools: Tools = {
    platform: 'linux',
    isRoot: true,
    find: () => there,
    hasLoader: () => loader,
    // A browser's.
    hasDriver: () => there !== undefined,
    run,
    say: (line) => said.push(line),
    ...over,
  };
  return { ran, said, tools };
};

const OK: Effect = { status: 0 };
const FAILED: Effect = { status: 1 };
const DOWNLOAD = 'playwright install chromium --no-shell';
const APT: Readonly<Record<string, Effect>> = {
  'apt-get --version': OK,
  'apt-get update': OK,
  'apt-get install -y chromium': { status: 0, leaves: INSTALLED },
  '/usr/bin/chromium --version': OK,
};

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => '',
    (e: unknown) => (e instanceof Error ? `${e.name}: ${e.message}` : ''),
  );

describe('ensureBrowser', () => {
  it('fetches nothing where a browser starts', async () => {
    const { tools, ran, said } = machine({ '/usr/bin/chromium --version': OK }, { there: INSTALLED });
    expect(await ensureBrowser(tools)).toEqual(INSTALLED);
    expect([ran, said]).toEqual([[], []]);
  });
  it("takes Playwright's download", async () => {
    const { tools, ran } = machine({ [DOWNLOAD]: { status: 0, leaves: DOWNLOADED }, '/cache/chrome --version': OK, ...APT });
    expect(await ensureBrowser(tools)).toEqual(DOWNLOADED);
    expect(ran).toEqual([DOWNLOAD]);
  });
  it('installs with apt-get as root when the download fails, saying what it runs', async () => {
    const { tools, ran, said } = machine({ [DOWNLOAD]: FAILED, ...APT });
    expect(await ensureBrowser(tools)).toEqual(INSTALLED);
    expect(ran).toEqual([DOWNLOAD, 'apt-get update', 'apt-get install -y chromium']);
    expect(said).toContain('running: apt-get install -y chromium');
  });
  it('goes through sudo where it asks for no password', async () => {
    const sudo = {
      'sudo -n true': OK,
      'sudo -n apt-get update': OK,
      'sudo -n apt-get install -y chromium': APT['apt-get install -y chromium']!,
    };
    const { tools, ran } = machine({ [DOWNLOAD]: FAILED, ...APT, ...sudo }, { isRoot: false });
    expect(await ensureBrowser(tools)).toEqual(INSTALLED);
    expect(ran).toEqual([DOWNLOAD, 'sudo -n apt-get update', 'sudo -n apt-get install -y chromium']);
  });
  it('adds the libraries that a download lacks', async () => {
    // Starts only once the libraries are there: the browser found then is the same file.
    const mended: FoundBrowser = { executablePath: '/cache/mended', from: 'playwright' };
    const { tools, ran } = machine({
      [DOWNLOAD]: { status: 0, leaves: DOWNLOADED },
      '/cache/chrome --version': { status: NOT_FOUND },
      'playwright install-deps chromium': { status: 0, leaves: mended },
      '/cache/mended --version': OK,
    });
    expect(await ensureBrowser(tools)).toEqual(mended);
    expect(ran).toEqual([DOWNLOAD, 'playwright install-deps chromium']);
  });
  it('says what was tried and what to do when all fails', async () => {
    const { tools } = machine({ [DOWNLOAD]: FAILED, 'apt-get --version': OK }, { isRoot: false });
    expect(await messageOf(ensureBrowser(tools))).toBe(
      'ConfigError: there is no browser to run in. Tried:\n  - npx playwright install chromium failed with status 1\n' +
        '  - apt-get install -y chromium was not run: it needs root or sudo without a password\n' +
        'Install Chrome, Edge or Chromium 113 or newer, or set CHROME_PATH to the executable of one.',
    );
  });
  it('starts nothing to look at a browser outside Linux, and looks for no apt-get there', async () => {
    const { tools, ran } = machine({ [DOWNLOAD]: { status: 0, leaves: DOWNLOADED } }, { platform: 'win32', isRoot: false });
    expect(await ensureBrowser(tools)).toEqual(DOWNLOADED);
    expect(ran).toEqual([DOWNLOAD]);
  });
});

describe('ensureDawn', () => {
  const LOADER = 'apt-get install -y --no-install-recommends libvulkan1';
  const MISSING = 'ConfigError: Dawn in Node needs the Vulkan loader, libvulkan.so.1, which is missing.';
  const REMEDY =
    'Install it: apt-get install libvulkan1 (Debian, Ubuntu), dnf install vulkan-loader (Fedora), pacman -S vulkan-icd-loader (Arch).';

  it.each([
    ['where loader and driver are there', { there: INSTALLED, loader: true }],
    ['outside Linux', { platform: 'darwin', isRoot: false }],
  ] as const)('does nothing %s', async (_, over) => {
    const { tools, ran, said } = machine(APT, over);
    await ensureDawn(tools);
    expect([ran, said]).toEqual([[], []]);
  });
  it('installs the loader alone beside a browser that carries none', async () => {
    const { tools, ran } = machine({ ...APT, [LOADER]: { status: 0, loader: true } }, { there: INSTALLED });
    await ensureDawn(tools);
    expect(ran).toEqual(['apt-get update', LOADER]);
  });
  it('goes through sudo where it asks for no password', async () => {
    const sudo = { 'sudo -n true': OK, 'sudo -n apt-get update': OK, [`sudo -n ${LOADER}`]: { status: 0, loader: true } };
    const { tools, ran } = machine({ ...APT, ...sudo }, { there: INSTALLED, isRoot: false });
    await ensureDawn(tools);
    expect(ran).toEqual(['sudo -n apt-get update', `sudo -n ${LOADER}`]);
  });
  it('fetches a browser for its driver, and no loader where the browser carries one', async () => {
    const { tools, ran } = machine({
      [DOWNLOAD]: { status: 0, leaves: DOWNLOADED, loader: true },
      '/cache/chrome --version': OK,
      ...APT,
    });
    await ensureDawn(tools);
    expect(ran).toEqual([DOWNLOAD]);
  });
  it.each([
    [
      'without root or sudo',
      { 'apt-get --version': OK },
      { isRoot: false },
      ` Tried:\n  - ${LOADER} was not run: it needs root or sudo without a password\n`,
    ],
    ['when apt-get fails', { ...APT, [LOADER]: FAILED }, {}, ` Tried:\n  - ${LOADER} failed with status 1\n`],
    ['without apt-get', {}, {}, ' '],
  ] as const)('names the loader, what was tried and what to install %s', async (_, effects, over, tried) => {
    const { tools } = machine(effects, { there: INSTALLED, ...over });
    expect(await messageOf(ensureDawn(tools))).toBe(`${MISSING}${tried}${REMEDY}`);
  });
});

describe('launchBrowser', () => {
  it('gives a page on this machine a WebGPU adapter of the kind asked for', async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html>');
    });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const address = server.address();
      await page.goto(`http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}/`);
      const architecture = await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info.architecture);
      expect(architecture).toBeTypeOf('string');
      if (wantsSoftware()) expect(architecture).toBe('swiftshader');
    } finally {
      await browser.close();
      server.close();
    }
  });
});
