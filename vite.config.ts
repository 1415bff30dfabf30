/// <reference types="vitest/config" />
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, runnerImport, type Plugin } from 'vite';

const demos = resolve(import.meta.dirname, 'demos');
const pages = [
  demos,
  ...readdirSync(demos, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => resolve(demos, e.name)),
]
  .map((folder) => resolve(folder, 'index.html'))
  .filter((page) => existsSync(page));

/** Tests of the engine run twice over: in Chromium (what `npm test` uses) and, quicker while developing, over Dawn in Node. */
const engineTests = ['src/**/*.test.ts', 'shaders/**/*.test.ts', 'e2e/**/*.test.ts'];
/** These need a document or IndexedDB, which Node lacks. */
const domTests = ['src/**/*.dom.test.ts'];
/** Those of the studies are of rows and numbers alone. */
const studyTests = 'demos/**/*.test.ts';
const nodeTests = ['src/**/*.node.test.ts', 'e2e/**/*.node.test.ts', studyTests];
/** A software adapter takes seconds for what a GPU does in milliseconds. One file at a time: all files share the one adapter. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

/** A module of the source, in whose imports file endings are left out: Node alone would not find them. */
const load = async <T>(file: string): Promise<T> =>
  (await runnerImport<T>(resolve(import.meta.dirname, file), { root: import.meta.dirname, configFile: false, logLevel: 'error' })).module;

/** Asked only where tests run: serving and building need no browser, and must not fail over a CHROME_PATH that is wrong. */
const browserOptions = async () => {
  if (!process.env['VITEST']) return {};
  return (await load<typeof import('./src/cli/findBrowser')>('src/cli/findBrowser.ts')).launchOptions();
};
const browser = await browserOptions();
const { CONTENT_POLICY, SECURITY_HEADERS } = await load<typeof import('./src/cli/securityPolicy')>('src/cli/securityPolicy.ts');

const { commit } = await load<typeof import('./src/cli/commit')>('src/cli/commit.ts');

/** First in the head, so that it governs all that follows. Only built pages: the development server injects scripts of its own. */
const contentPolicy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_POLICY }, injectTo: 'head-prepend' }],
  },
};

const { framed } = await load<typeof import('./src/cli/pageFrame')>('src/cli/pageFrame.ts');
/** Pages hold their own part only. */
const pageFrame: Plugin = { name: 'page-frame', transformIndexHtml: { order: 'pre', handler: (part, { path }) => framed(part, path) } };

export default defineConfig({
  root: 'demos',
  appType: 'mpa', // an address that is no page is not found
  base: './',
  plugins: [pageFrame, contentPolicy],
  define: { 'import.meta.env.VITE_BUILD': JSON.stringify(commit(import.meta.dirname)) },
  preview: { headers: SECURITY_HEADERS },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: pages },
  },
  worker: { format: 'es' },
  // What the worker imports is found only once it starts; bundling it then would reload the page in the middle of the first run.
  optimizeDeps: {
    entries: ['*.html', '*/index.html', '*.ts', '*/*.ts', '*/*/*.ts', '!**/*.test.ts'],
    include: [
      'lit',
      'lit/directives/live.js',
      'lit/directives/unsafe-html.js',
      'uplot',
      'fflate',
      'ml-matrix',
      'valibot',
      'wgsl-preprocessor/wgsl-preprocessor.js',
      'idb',
    ],
  },
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
        test: { ...patience, name: 'dawn', include: engineTests, exclude: [...nodeTests, ...domTests], setupFiles: ['src/cli/dawn.ts'] },
      },
      {
        root: import.meta.dirname,
        // After chromium, not beside it: these tests start browsers of their own, whose time limits must not depend on the others' load.
        test: { ...patience, name: 'node', include: nodeTests, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
