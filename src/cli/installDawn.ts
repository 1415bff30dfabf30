/**
 * Dawn's WebGPU on globalThis.navigator, so that the engine finds it in Node as in a page.
 *
 * Dawn reaches the GPU through the system's Vulkan loader (libvulkan.so.1), which needs a driver. A machine without a GPU has none, but
 * Chromium's folder holds SwiftShader, a software one, with the manifest that the loader reads. It is named here unless the
 * environment already names a driver; the loader reads these variables when Dawn first loads it, so they are set before the import.
 */
import { existsSync } from 'node:fs';
import { wantsSoftware } from './findBrowser';

const MANIFESTS = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/opt/microsoft/msedge'].map(
  (folder) => `${folder}/vk_swiftshader_icd.json`,
);

/** `flags`: of Dawn, as its package takes them, such as `enable-dawn-features=disable_robustness`. */
export const installDawn = async (flags: readonly string[] = []): Promise<void> => {
  const manifest = MANIFESTS.find((path) => existsSync(path));
  const chosen = process.env['VK_ICD_FILENAMES'] ?? process.env['VK_DRIVER_FILES'];
  // With a GPU the loader finds the GPU's own driver; this would hide it.
  if (manifest && !chosen && wantsSoftware()) process.env['VK_ICD_FILENAMES'] = manifest;

  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([...flags]) }, configurable: true });
};
