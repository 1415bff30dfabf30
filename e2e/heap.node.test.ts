/** Training allocates nothing per step that lasts: the page's heap after 12,000 steps against the heap after 2,000. */
import type { Browser } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../src/cli/browser';
import { ROOT } from '../src/cli/root';

let server: ViteDevServer;
let browser: Browser;
beforeAll(async () => {
  server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    server: { port: 0 },
    optimizeDeps: { include: ['ml-matrix', 'wgsl-preprocessor/wgsl-preprocessor.js'], noDiscovery: true },
  });
  await server.listen();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A small trainer, and a function that trains it further without keeping anything. Text: the test's own transform must not touch it. */
const PAGE = `<!doctype html><title>heap</title><script type="module">
  import { adamw, crossEntropy, mlp, openGpu, Trainer } from '/src/index.ts';
  const trainer = await Trainer.open(await openGpu(), {
    model: mlp({ widths: [4, 8, 3] }), loss: crossEntropy, optimiser: adamw({ lr: 0.01 }), batch: 8,
    data: { x: new Float32Array(64).map((_, i) => Math.sin(i)), y: new Uint32Array(16).map((_, i) => i % 3), n: 16, target: [] },
  });
  globalThis.train = async (steps) => { for await (const _ of trainer.train({ steps })); return trainer.session.stepsDone; };
</script>`;
type Trained = { readonly train: (steps: number) => Promise<number> };

/** Less than the smallest thing that could be kept for each step, a number in an array: what grows is code and inline caches. */
const BYTES_PER_STEP = 8;

it('the heap does not grow with the steps', async () => {
  const page = await browser.newPage();
  await page.route('**/heap', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await page.goto(`${server.resolvedUrls!.local[0]!}heap`);
  await page.waitForFunction(() => 'train' in globalThis);
  const devtools = await page.context().newCDPSession(page);
  const train = (steps: number): Promise<number> => page.evaluate((n) => (globalThis as unknown as Trained).train(n), steps);
  const heap = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  expect(await train(2000)).toBe(2000);
  const before = await heap();
  expect(await train(10_000)).toBe(12_000);
  const growth = (await heap()) - before;
  console.log(`heap ${before} bytes after 2,000 steps; 10,000 more add ${growth} (${growth / 10_000} a step)`);
  expect(growth / 10_000).toBeLessThan(BYTES_PER_STEP);
});
