/** Which browser of this machine runs the tests and the headless studies, and with which arguments. Cheap: looks at files, starts nothing. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { posix, win32 } from 'node:path';
import { ConfigError } from '../core/errors';

/** What discovery needs to know of a machine, so that tests can describe one. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isFile: (path: string) => boolean;
  /** Of a file that exists: the path without symbolic links. */
  readonly realPath: (path: string) => string;
  /** Names in a folder; none where there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Where Playwright keeps its own Chromium, downloaded or not; undefined where it has none for this platform. */
  readonly playwrightPath: () => string | undefined;
}

export interface FoundBrowser {
  readonly executablePath: string;
  readonly from: 'CHROME_PATH' | 'installed' | 'playwright';
}

export const thisHost = (): Host => ({
  platform: process.platform,
  env: process.env,
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  realPath: realpathSync,
  list: (folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
  playwrightPath: () => {
    try {
      // Required here, not imported above: Playwright takes a third of a second to load and is asked only where nothing is installed. The
      // bundle of the benchmark goes without it.
      const { chromium } = createRequire(import.meta.url)('playwright') as typeof import('playwright');
      return chromium.executablePath();
    } catch {
      return undefined;
    }
  },
});

/** Chrome first: it is the build that most visitors have. A snap's wrapper, which `chromium-browser` often is, last. */
const COMMANDS = [
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chromium',
  'chromium-browser',
] as const;
const MAC_APPS = ['Google Chrome', 'Microsoft Edge', 'Chromium'] as const;
const WINDOWS_PATHS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
  'Chromium\\Application\\chrome.exe',
] as const;

const onPath = ({ env }: Host, commands: readonly string[]): string[] => {
  const folders = (env['PATH'] ?? '').split(posix.delimiter).filter(Boolean);
  return commands.flatMap((command) => folders.map((folder) => posix.join(folder, command)));
};

/** Where a browser may have been installed, the one to prefer first. */
const installedPaths = (host: Host): string[] => {
  const { env, platform } = host;
  switch (platform) {
    case 'win32': {
      const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter((root) => root !== undefined);
      return WINDOWS_PATHS.flatMap((path) => roots.map((root) => win32.join(root, path)));
    }
    case 'darwin': {
      const roots = ['/Applications', ...(env['HOME'] ? [posix.join(env['HOME'], 'Applications')] : [])];
      return [
        ...MAC_APPS.flatMap((app) => roots.map((root) => posix.join(root, `${app}.app/Contents/MacOS/${app}`))),
        ...onPath(host, ['chromium']),
      ];
    }
    default:
      // A PATH stripped by a service manager must not hide the usual places.
      return [
        ...onPath(host, COMMANDS),
        '/opt/google/chrome/chrome',
        '/opt/microsoft/msedge/msedge',
        '/usr/bin/chromium',
        '/snap/bin/chromium',
      ];
  }
};

/**
 * CHROME_PATH, else an installed Chrome, Edge or Chromium, else Playwright's own Chromium if it was downloaded; undefined if there is none.
 * Throws ConfigError when CHROME_PATH names no file.
 */
export const findBrowser = (host: Host = thisHost()): FoundBrowser | undefined => {
  const named = host.env['CHROME_PATH'];
  if (named) {
    if (!host.isFile(named))
      throw new ConfigError(
        `CHROME_PATH is '${named}', which is no file. Set it to the executable of Chrome, Edge or Chromium, or unset it`,
      );
    return { executablePath: named, from: 'CHROME_PATH' };
  }
  const installed = installedPaths(host).find(host.isFile);
  if (installed) return { executablePath: installed, from: 'installed' };
  const own = host.playwrightPath();
  return own && host.isFile(own) ? { executablePath: own, from: 'playwright' } : undefined;
};

/**
 * Whether the browser is to compute on the CPU: as OVERPARAM_ADAPTER says (software, hardware or auto), and for auto where Linux shows no
 * GPU that a program may open. A card without a render node only drives a display. Throws ConfigError for another value.
 */
export const wantsSoftware = ({ env, list, platform }: Host = thisHost()): boolean => {
  const wish = env['OVERPARAM_ADAPTER'] || 'auto';
  if (wish === 'software' || wish === 'hardware') return wish === 'software';
  if (wish !== 'auto') throw new ConfigError(`OVERPARAM_ADAPTER is '${wish}'; it may be software, hardware or auto`);
  const gpu = list('/dev/dri').some((name) => name.startsWith('renderD')) || list('/dev').some((name) => /^nvidia\d+$/.test(name));
  return platform === 'linux' && !gpu;
};

/** The measurements must not share the machine with updates and first-run pages; QUIC serves nothing on loopback. */
const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;
/** A GPU process that died is started again, and its site served, however often: whether to go on is the run's to decide. */
const PERSISTENT = ['--disable-gpu-process-crash-limit', '--disable-domain-blocking-for-3d-apis'] as const;
/** On Linux WebGPU runs on Vulkan, which a headless Chromium does not start by itself: developer.chrome.com/blog/supercharge-web-ai-testing. */
const LINUX_GPU = ['--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface'] as const;

/**
 * What chromium.launch needs for WebGPU without a display. Left to Playwright: it starts Chromium without its sandbox, which neither root
 * nor most containers could use. These browsers open nothing but this project's own pages.
 */
export const launchOptions = (host: Host = thisHost()): { headless: true; executablePath?: string; args: string[] } => {
  const found = findBrowser(host);
  const adapter = wantsSoftware(host) ? ['--use-webgpu-adapter=swiftshader'] : host.platform === 'linux' ? LINUX_GPU : [];
  return {
    headless: true,
    ...(found && { executablePath: found.executablePath }),
    args: ['--enable-unsafe-webgpu', ...adapter, ...QUIET, ...PERSISTENT],
  };
};
