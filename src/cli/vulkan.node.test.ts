/** Which Vulkan loader and driver Dawn is given on described machines, and loading one on this machine. */
import { describe, expect, it } from 'vitest';
import type { Host } from './findBrowser';
import { browserLoader, hasDriver, LOADER, loadLibrary, loadVulkan, softwareDriver } from './vulkan';

const DEBIAN = ['/usr/bin/chromium', '/usr/lib/chromium/libvulkan.so.1', '/usr/lib/chromium/vk_swiftshader_icd.json'];
const DOWNLOAD = ['/cache/chrome-linux64/chrome', '/cache/chrome-linux64/libvulkan.so.1', '/cache/chrome-linux64/vk_swiftshader_icd.json'];
const GPU = { '/dev/dri': ['renderD128'] };

/** A Linux machine without a GPU, with the given files and folders and nothing else. `links`: where symbolic links lead. */
const host = (
  over: {
    files?: readonly string[];
    folders?: Readonly<Record<string, readonly string[]>>;
    links?: Readonly<Record<string, string>>;
    env?: Host['env'];
    platform?: NodeJS.Platform;
  } = {},
): Host => ({
  platform: over.platform ?? 'linux',
  env: { PATH: '/usr/bin', ...over.env },
  isFile: (path) => over.files?.includes(path) ?? false,
  realPath: (path) => over.links?.[path] ?? path,
  list: (folder) => over.folders?.[folder] ?? [],
  playwrightPath: () => '/cache/chrome-linux64/chrome',
});

describe('what a browser carries', () => {
  it.each([
    ["is found beside a package's browser, whose command is a script", { files: DEBIAN }, '/usr/lib/chromium'],
    ["is found beside Playwright's download", { files: DOWNLOAD }, '/cache/chrome-linux64'],
    [
      'is found beside the file that CHROME_PATH leads to, before others',
      {
        files: [...DEBIAN, '/home/a/chrome', '/home/a/140/libvulkan.so.1', '/home/a/140/vk_swiftshader_icd.json'],
        env: { CHROME_PATH: '/home/a/chrome' },
        links: { '/home/a/chrome': '/home/a/140/chrome' },
      },
      '/home/a/140',
    ],
  ] as const)('%s', (_, over, folder) => {
    expect([browserLoader(host(over)), softwareDriver(host(over))]).toEqual([
      `${folder}/libvulkan.so.1`,
      `${folder}/vk_swiftshader_icd.json`,
    ]);
  });
  it('is nothing where there is no browser', () => {
    expect([browserLoader(host()), softwareDriver(host())]).toEqual([undefined, undefined]);
  });
});

describe('the driver', () => {
  it.each([
    ['a GPU', { files: DEBIAN, folders: GPU }],
    ['a driver that the environment names', { files: DEBIAN, env: { VK_DRIVER_FILES: '/my/icd.json' } }],
    ['a driver that the environment names by the older variable', { files: DEBIAN, env: { VK_ICD_FILENAMES: '/my/icd.json' } }],
  ] as const)('is not SwiftShader with %s', (_, over) => {
    expect(softwareDriver(host(over))).toBeUndefined();
    expect(hasDriver(host(over))).toBe(true);
  });
  it('is none without GPU and browser, except where Mesa computes on the CPU', () => {
    expect(hasDriver(host())).toBe(false);
    expect(hasDriver(host({ folders: { '/usr/share/vulkan/icd.d': ['radeon_icd.x86_64.json'] } }))).toBe(false);
    expect(hasDriver(host({ folders: { '/usr/share/vulkan/icd.d': ['lvp_icd.x86_64.json'] } }))).toBe(true);
  });
});

/** Whether it says there is a loader, and what it tried in turn, on a machine that can load `loadable`. */
const attempt = (machine: Host, loadable: readonly string[]): { loaded: boolean; tried: string[] } => {
  const tried: string[] = [];
  const loaded = loadVulkan(machine, (library) => {
    tried.push(library);
    return loadable.includes(library);
  });
  return { loaded, tried };
};

describe('loadVulkan', () => {
  it.each([
    ["the system's first", { files: DEBIAN }, [LOADER, DEBIAN[1]!], { loaded: true, tried: [LOADER] }],
    ["else a browser's", { files: DEBIAN }, [DEBIAN[1]!], { loaded: true, tried: [LOADER, DEBIAN[1]!] }],
    ["not a browser's that does not load", { files: DEBIAN }, [], { loaded: false, tried: [LOADER, DEBIAN[1]!] }],
    ['none where there is none', {}, [], { loaded: false, tried: [LOADER] }],
    ['and needs none outside Linux', { platform: 'darwin' }, [], { loaded: true, tried: [] }],
  ] as const)('takes %s', (_, over, loadable, result) => {
    expect(attempt(host(over), loadable)).toEqual(result);
  });
  it('finds one on this machine, which `npm test` has set up', () => {
    expect(loadVulkan()).toBe(true);
  });
});

describe('loadLibrary', () => {
  it('says no for a library that is not there', () => {
    expect(loadLibrary('libnot-there.so.1')).toBe(false);
  });
});
