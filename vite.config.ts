/// <reference types="vitest/config" />
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vite';
import { CHROMIUM_ARGS, findBrowser } from './src/cli/browser';

const demos = resolve(import.meta.dirname, 'demos');
const pages = readdirSync(demos, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => resolve(demos, e.name, 'index.html'));

/** Tests of the engine run twice over: in Chromium (what `npm test` uses) and, quicker while developing, over Dawn in Node. */
const engineTests = ['src/**/*.test.ts', 'shaders/**/*.test.ts', 'e2e/**/*.test.ts'];
const nodeTests = ['src/**/*.node.test.ts', 'e2e/**/*.node.test.ts'];

export default defineConfig({
  root: 'demos',
  base: './',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: [resolve(demos, 'index.html'), ...pages] },
  },
  worker: { format: 'es' },
  test: {
    root: import.meta.dirname,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        root: import.meta.dirname,
        test: {
          name: 'chromium',
          include: engineTests,
          exclude: nodeTests,
          testTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: findBrowser().executablePath, args: [...CHROMIUM_ARGS] } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        root: import.meta.dirname,
        test: { name: 'dawn', include: engineTests, exclude: nodeTests, testTimeout: 120_000, fileParallelism: false, setupFiles: ['src/cli/dawn.ts'] },
      },
      { root: import.meta.dirname, test: { name: 'node', include: nodeTests, testTimeout: 120_000, fileParallelism: false } },
    ],
  },
});
