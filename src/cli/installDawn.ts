/** Dawn's WebGPU on globalThis.navigator, so that the engine finds it in Node as in a page. */
import { ConfigError } from '../core/errors';
import { INSTALL_LOADER, loadVulkan, LOADER, softwareDriver } from './vulkan';

const NO_ADAPTER =
  'Dawn in Node offers no adapter. Update the GPU driver' +
  (process.platform === 'linux'
    ? ' or name its manifest in VK_DRIVER_FILES; without a GPU, install Chrome or Chromium, whose software driver is then used.'
    : '.');

/**
 * `flags`: of Dawn, as its package takes them, such as `enable-dawn-features=disable_robustness`.
 * Throws ConfigError that says what to install where there is no Vulkan loader or no adapter.
 */
export const installDawn = async (flags: readonly string[] = []): Promise<void> => {
  // The loader reads the variable when Dawn first asks it for drivers.
  const manifest = softwareDriver();
  if (manifest) process.env['VK_ICD_FILENAMES'] = manifest;
  if (!loadVulkan()) throw new ConfigError(`Dawn in Node needs the Vulkan loader, ${LOADER}, which is missing. ${INSTALL_LOADER}`);

  const { create, globals } = await import('webgpu');
  const gpu = create([...flags]);
  if (!(await gpu.requestAdapter())) throw new ConfigError(NO_ADAPTER);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
};
