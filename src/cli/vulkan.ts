/**
 * The Vulkan loader (libvulkan.so.1) and the driver that Dawn in Node needs on Linux. A server without a GPU has neither, but the folder of
 * Chrome or Chromium holds both: its own loader, and SwiftShader, a driver that computes on the CPU. Other systems need no loader.
 */
import { constants } from 'node:os';
import { posix } from 'node:path';
import { findBrowser, thisHost, wantsSoftware, type Host } from './findBrowser';

export const LOADER = 'libvulkan.so.1';
const SOFTWARE_MANIFEST = 'vk_swiftshader_icd.json';

export const INSTALL_LOADER =
  'Install it: apt-get install libvulkan1 (Debian, Ubuntu), dnf install vulkan-loader (Fedora), pacman -S vulkan-icd-loader (Arch).';

/** Where packages put a browser whose command is a script elsewhere. */
const BROWSER_FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/microsoft/msedge',
  '/snap/chromium/current/usr/lib/chromium-browser',
] as const;

/** Path of a file that browsers carry: of the browser in use, else of another; undefined where none has it. Throws as findBrowser. */
const besideBrowser = (name: string, host: Host): string | undefined => {
  const used = findBrowser(host);
  const folders = [...(used ? [posix.dirname(host.realPath(used.executablePath))] : []), ...BROWSER_FOLDERS];
  return folders.map((folder) => posix.join(folder, name)).find(host.isFile);
};

/** Path of the loader that a browser carries. */
export const browserLoader = (host: Host = thisHost()): string | undefined => besideBrowser(LOADER, host);

const namesDriver = ({ env }: Host): boolean => Boolean(env['VK_ICD_FILENAMES'] || env['VK_DRIVER_FILES']);

/** SwiftShader's manifest where it is to be used: not with a GPU, whose own driver it would hide, nor where the environment names a driver. */
export const softwareDriver = (host: Host = thisHost()): string | undefined =>
  host.platform === 'linux' && wantsSoftware(host) && !namesDriver(host) ? besideBrowser(SOFTWARE_MANIFEST, host) : undefined;

/** Whether there is a driver to try: the GPU's is taken on trust. On the CPU: one that is named, SwiftShader, or Mesa's lavapipe. */
export const hasDriver = (host: Host = thisHost()): boolean =>
  !wantsSoftware(host) ||
  namesDriver(host) ||
  ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].some((folder) => host.list(folder).some((name) => name.startsWith('lvp_icd'))) ||
  softwareDriver(host) !== undefined;

/** Of dlfcn.h on Linux; not among Node's constants. */
const RTLD_NODELETE = 0x1000;

/**
 * Loads a shared library into this process for good: a later dlopen by its bare name finds it. By path, or by bare name as the dynamic linker
 * searches. False where it cannot be loaded.
 */
export const loadLibrary = (library: string): boolean => {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
    return true;
  } catch (error) {
    // Node loads it, looks for a module of its own in it, and finds none.
    return String(error).includes('did not self-register');
  }
};

/** Loads the system's Vulkan loader, else a browser's. Whether Dawn will find one. */
export const loadVulkan = (host: Host = thisHost(), load: (library: string) => boolean = loadLibrary): boolean => {
  if (host.platform !== 'linux' || load(LOADER)) return true;
  const carried = browserLoader(host);
  return carried !== undefined && load(carried);
};
