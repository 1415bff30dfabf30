/// <reference types="vitest/config" />
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, runnerImport } from 'vite';

const demos = resolve(import.meta.dirname, 'demos');
const pages = [demos, ...readdirSync(demos, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => resolve(demos, e.name))]
  .map((folder) => resolve(folder, 'index.html'))
  .filter((page) => existsSync(page));

/** Tests of the engine run twice over: in Chromium (what `npm test` uses) and, quicker while developing, over Dawn in Node. */
const engineTests = ['src/**/*.test.ts', 'shaders/**/*.test.ts', 'e2e/**/*.test.ts'];
const nodeTests = ['src/**/*.node.test.ts', 'e2e/**/*.node.test.ts', 'demos/**/*.node.test.ts'];
/** A software adapter takes seconds for what a GPU does in milliseconds. One file at a time: all files share the one adapter. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

/** Asked only where tests run: serving and building need no browser, and must not fail over a CHROME_PATH that is wrong. */
const browserOptions = async () => {
  if (!process.env['VITEST']) return {};
  const file = resolve(import.meta.dirname, 'src/cli/findBrowser.ts');
  const { module } = await runnerImport<typeof import('./src/cli/findBrowser')>(file, { root: import.meta.dirname, configFile: false, logLevel: 'error' });
  return module.launchOptions();
};
const browser = await browserOptions();

export default defineConfig({
  root: 'demos',
  base: './',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: pages },
  },
  worker: { format: 'es' },
  // What the worker imports is found only once it starts; bundling it then would reload the page in the middle of the first run.
  optimizeDeps: { entries: ['*.html', '*/index.html', '*.ts', '*/*.ts'], include: ['lit', 'uplot', 'ml-matrix', 'valibot', 'wgsl-preprocessor/wgsl-preprocessor.js'] },
  test: {
    root: import.meta.dirname,
    projects: [
      {
        root: import.meta.dirname,
        test: {
          ...patience,
          name: 'chromium',
          include: engineTests,
          exclude: nodeTests,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: browser }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        root: import.meta.dirname,
        test: { ...patience, name: 'dawn', include: engineTests, exclude: nodeTests, setupFiles: ['src/cli/dawn.ts'] },
      },
      {
        root: import.meta.dirname,
        // After chromium, not beside it: these tests start browsers of their own, whose time limits must not depend on the others' load.
        test: { ...patience, name: 'node', include: nodeTests, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
