/** Which browser and arguments are chosen on described machines. */
import { describe, expect, it } from 'vitest';
import { findBrowser, launchOptions, wantsSoftware } from './findBrowser';
import type { Host } from './findBrowser';

const PLAYWRIGHT = '/cache/chromium/chrome';

/** A machine with the given files, and nothing else. */
const host = (
  over: Partial<Omit<Host, 'isFile' | 'list'>> & { files?: readonly string[]; folders?: Readonly<Record<string, readonly string[]>> } = {},
): Host => ({
  platform: 'linux',
  env: { PATH: '/usr/local/bin:/usr/bin' },
  isFile: (path) => over.files?.includes(path) ?? false,
  realPath: (path) => path,
  list: (folder) => over.folders?.[folder] ?? [],
  playwrightPath: () => PLAYWRIGHT,
  ...over,
});

describe('findBrowser', () => {
  it('takes CHROME_PATH before anything installed', () => {
    const files = ['/usr/bin/google-chrome', '/my/chrome'];
    expect(findBrowser(host({ files, env: { PATH: '/usr/bin', CHROME_PATH: '/my/chrome' } }))).toEqual({
      executablePath: '/my/chrome',
      from: 'CHROME_PATH',
    });
  });
  it('refuses a CHROME_PATH that is no file, naming it', () => {
    expect(() => findBrowser(host({ files: ['/usr/bin/chromium'], env: { CHROME_PATH: '/gone' } }))).toThrow("CHROME_PATH is '/gone'");
  });
  it.each([
    ['Chrome before Chromium', 'linux', { PATH: '/usr/bin' }, ['/usr/bin/chromium', '/usr/bin/google-chrome'], '/usr/bin/google-chrome'],
    ['the first folder of PATH', 'linux', { PATH: '/a:/b' }, ['/b/chromium', '/a/chromium'], '/a/chromium'],
    ['a usual place when PATH is empty', 'linux', {}, ['/usr/bin/chromium'], '/usr/bin/chromium'],
    ['any other before a snap', 'linux', {}, ['/snap/bin/chromium', '/opt/microsoft/msedge/msedge'], '/opt/microsoft/msedge/msedge'],
    [
      'an application',
      'darwin',
      { HOME: '/Users/a' },
      ['/Applications/Chromium.app/Contents/MacOS/Chromium'],
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    [
      "a user's own application",
      'darwin',
      { HOME: '/Users/a' },
      ['/Users/a/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
      '/Users/a/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    [
      'Chrome before Edge',
      'win32',
      { 'PROGRAMFILES(X86)': 'C:\\Program Files (x86)', LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' },
      [
        'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
        'C:\\Users\\a\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe',
      ],
      'C:\\Users\\a\\AppData\\Local\\Google\\Chrome\\Application\\chrome.exe',
    ],
  ] as const)('finds %s (%s)', (_, platform, env, files, executablePath) => {
    expect(findBrowser(host({ platform, env, files }))).toEqual({ executablePath, from: 'installed' });
  });
  it("falls back on Playwright's download, and only if it is there", () => {
    expect(findBrowser(host({ files: [PLAYWRIGHT] }))).toEqual({ executablePath: PLAYWRIGHT, from: 'playwright' });
    expect(findBrowser(host())).toBeUndefined();
    expect(findBrowser(host({ playwrightPath: () => undefined }))).toBeUndefined();
  });
  it('does not load Playwright where a browser is installed', () => {
    const asked: string[] = [];
    const playwrightPath = (): undefined => {
      asked.push('Playwright');
    };
    expect(findBrowser(host({ files: ['/usr/bin/chromium'], playwrightPath }))?.executablePath).toBe('/usr/bin/chromium');
    expect(asked).toEqual([]);
  });
});

describe('wantsSoftware', () => {
  it.each([
    ['Linux without a GPU', 'linux', {}, {}, true],
    ['Linux with a render node', 'linux', {}, { '/dev/dri': ['card0', 'renderD128'] }, false],
    ['Linux with a card that only drives a display', 'linux', {}, { '/dev/dri': ['card0', 'by-path'] }, true],
    ['Linux with an NVIDIA GPU', 'linux', {}, { '/dev': ['null', 'nvidia0'] }, false],
    ["Linux with NVIDIA's driver but no GPU", 'linux', {}, { '/dev': ['nvidiactl'] }, true],
    ['macOS', 'darwin', {}, {}, false],
    ['Windows', 'win32', {}, {}, false],
    ['a GPU, software asked for', 'linux', { OVERPARAM_ADAPTER: 'software' }, { '/dev/dri': ['renderD128'] }, true],
    ['no GPU, hardware asked for', 'linux', { OVERPARAM_ADAPTER: 'hardware' }, {}, false],
    ['no GPU, auto', 'linux', { OVERPARAM_ADAPTER: 'auto' }, {}, true],
  ] as const)('%s', (_, platform, env, folders, software) => {
    expect(wantsSoftware(host({ platform, env, folders }))).toBe(software);
  });
  it('refuses another wish, with those there are', () => {
    expect(() => wantsSoftware(host({ env: { OVERPARAM_ADAPTER: 'gpu' } }))).toThrow("'gpu'; it may be software, hardware or auto");
  });
});

describe('launchOptions', () => {
  const SOFTWARE = '--use-webgpu-adapter=swiftshader';
  it('names the software adapter only where there is no GPU', () => {
    expect(launchOptions(host()).args).toContain(SOFTWARE);
    const gpu = launchOptions(host({ folders: { '/dev/dri': ['renderD128'] } })).args;
    expect(gpu).not.toContain(SOFTWARE);
    expect(gpu).toContain('--enable-features=Vulkan');
  });
  it('asks for Vulkan on Linux alone', () => {
    expect(launchOptions(host({ platform: 'darwin' })).args.join(' ')).not.toMatch(/vulkan/i);
  });
  it('leaves the executable to Playwright where none is found', () => {
    expect(launchOptions(host())).not.toHaveProperty('executablePath');
  });
});
