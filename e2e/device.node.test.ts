/** The built device page in a browser, on the adapter at hand. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ORACLES } from '../shaders/index';
import { runsOn } from '../src/runtime/kernelCheckCases';
import { launchBrowser } from '../src/cli/browser';
import { launchOptions } from '../src/cli/findBrowser';
import { openSite } from '../src/cli/site';
import type { Site } from '../src/cli/site';
import type { DeviceReport, LabDevice } from '../src/ui/labDevice';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('the device page', () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  let wrong: string[];
  beforeAll(async () => {
    site = await openSite('/some/where/');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  afterEach(async () => {
    await page.close();
    expect(wrong).toEqual([]);
  });

  const visit = async (colorScheme: 'light' | 'dark' = 'light', width = 1280): Promise<void> => {
    wrong = [];
    page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' });
    page.on('pageerror', (e) => wrong.push(`${e.name}: ${e.message}`));
    page.on('console', (m) => {
      if (m.type() === 'error') wrong.push(m.text());
    });
    page.on('request', (r) => {
      if (!r.url().startsWith(site.url) && !/^(data|blob):/.test(r.url())) wrong.push(`asked for ${r.url()}`);
    });
    await page.goto(`${site.url}device/`);
  };
  const runTest = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Run the self-test' }).click();
    await page.getByText(/kernels (passed|failed): /).waitFor({ timeout: 100_000 });
  };

  it('passes every kernel, in a worker, and saves JSON that names the adapter', async () => {
    await visit();
    await runTest();
    expect(page.workers().map((w) => new URL(w.url()).pathname)).toEqual([expect.stringMatching(/worker/)]);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save JSON' }).click()]);
    expect(download.suggestedFilename()).toBe('overparam-device.json');
    const saved = JSON.parse(await readFile(await download.path(), 'utf8')) as DeviceReport;
    const able = ORACLES.filter(({ kernel }) => runsOn(kernel, new Set(saved.adapter!.features)));
    expect(await page.getByText(/kernels (passed|failed): /).innerText()).toMatch(new RegExp(`^All ${able.length} kernels passed`));
    expect(saved.selfTest!.results.map((r) => [r.kernel, r.failed])).toEqual(able.map((o) => [o.kernel.name, 0]));
    expect(saved).toMatchObject({ format: 'overparam-device', errors: [], selfTest: { complete: true } });
    const { adapter } = saved;
    const own = await page.evaluate(async () => {
      const found = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))!;
      const {
        info: { vendor, architecture },
        limits: { maxBufferSize },
        features,
      } = found;
      return { vendor, architecture, maxBufferSize, features: [...features].toSorted(), userAgent: navigator.userAgent };
    });
    const {
      info: { vendor, architecture },
      limits,
      features,
      name,
    } = adapter!;
    expect({ vendor, architecture, maxBufferSize: limits['maxBufferSize'], features, userAgent: saved.userAgent }).toEqual(own);
    expect(name).toContain(own.vendor);
    expect(adapter!.measured.openMs).toBeGreaterThan(0);
    expect(adapter!.measured.emptySubmitMs).toBeGreaterThan(0);
    console.log(
      `self-test: ${saved.selfTest!.results.reduce((sum, r) => sum + r.ms, 0).toFixed(0)} ms; ${JSON.stringify(adapter!.measured)}`,
    );
  });

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in %s', async (scheme) => {
    await visit(scheme);
    await runTest();
    await page.evaluate(await readFile(AXE, 'utf8'));
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical');
    expect(serious.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.flat().join(' ')}: ${n.failureSummary}`))).toEqual([]);
  });

  it('fits a screen 320 px wide', async () => {
    await visit('light', 320);
    await runTest();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  });

  it('tells an insecure context from a browser without an adapter, and still gives the JSON', async () => {
    wrong = [];
    const options = launchOptions();
    for (const [args, host, words] of [
      [[...options.args, '--host-resolver-rules=MAP far.test 127.0.0.1'], 'far.test', 'WebGPU exists only in secure contexts'],
      [['--disable-gpu', '--disable-software-rasterizer'], '127.0.0.1', 'offers no adapter'],
    ] as const) {
      const other = await chromium.launch({ ...options, args: [...args] });
      try {
        page = await other.newPage();
        await page.goto(`${site.url.replace('127.0.0.1', host)}device/`);
        await page.getByRole('alert').getByText(words).waitFor();
        expect(await page.getByRole('button', { name: 'Run the self-test' }).isDisabled()).toBe(true);
        const found = await page.locator('lab-device').evaluate((lab) => (lab as LabDevice).deviceReport);
        expect(found).toMatchObject({ userAgent: expect.stringContaining('Chrome'), errors: [{ name: 'NoWebGPUError' }] });
      } finally {
        await other.close();
      }
    }
  });
});
