/**
 * Puts Dawn's WebGPU on globalThis.navigator, so that the engine runs in Node as it does in a page.
 * Where no Vulkan driver is named, the software rasteriser that ships with Chromium is used.
 */
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const CHROMIUM_LIBS = ['/usr/lib/chromium', '/opt/google/chrome', '/opt/microsoft/msedge'];
const home = CHROMIUM_LIBS.find((dir) => existsSync(`${dir}/vk_swiftshader_icd.json`));
void spawnSync;
if (home && !process.env['VK_ICD_FILENAMES'] && !process.env['VK_DRIVER_FILES']) process.env['VK_ICD_FILENAMES'] = `${home}/vk_swiftshader_icd.json`;
const { create, globals } = await import('webgpu');
Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
