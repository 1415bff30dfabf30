/** The built site under a sub-path, in a browser, used as a visitor would use it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../src/cli/browser';
import { openSite } from '../src/cli/site';
import type { Site } from '../src/cli/site';
import type { Row } from '../src/lab/experiment';
import { lookOf } from '../src/ui/palette';
import type { LabExperiment } from '../src/ui/labExperiment';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 320, height: 640 };

describe('the built site', () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  /** Whatever no page may do: log an error, miss a file, or ask another host for anything. */
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

  const visit = async (path: string, viewport = WIDE, colorScheme: 'light' | 'dark' = 'light'): Promise<void> => {
    wrong = [];
    // Without motion, so that no contrast is measured half-way through a transition.
    page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
    page.on('pageerror', (e) => wrong.push(`${e.name}: ${e.message}`));
    page.on('console', (m) => { if (m.type() === 'error') wrong.push(m.text()); });
    page.on('response', (r) => { if (r.status() >= 400) wrong.push(`${r.status()} ${r.url()}`); });
    page.on('request', (r) => { if (!r.url().startsWith(site.url) && !/^(data|blob):/.test(r.url())) wrong.push(`asked for ${r.url()}`); });
    await page.goto(site.url + path);
  };
  const look = <T>(read: (lab: LabExperiment) => T): Promise<T> => page.locator('lab-experiment').evaluate(read as (lab: unknown) => T) as Promise<T>;
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const until = (state: string): Promise<unknown> => page.waitForFunction((state) => {
    const lab = document.querySelector<LabExperiment>('lab-experiment');
    if (lab?.state === 'failed') throw new Error(`${lab.error?.name}: ${lab.error?.message}`);
    return lab?.state === state;
  }, state, { timeout: 100_000 });
  const untilDone = (count: number): Promise<unknown> => page.waitForFunction((count) => (document.querySelector<LabExperiment>('lab-experiment')?.progress?.done ?? 0) >= count, count);
  const done = (): Promise<number> => look((lab) => lab.progress?.done ?? 0);
  const points = async (): Promise<readonly Row[]> => (await look((lab) => [...lab.rows])).filter((row) => row.kind === 'point');

  const runSmoke = async (): Promise<void> => {
    await page.getByRole('radio', { name: /^Smoke/ }).check();
    await press('Run');
    await until('done');
  };
  /** Pixels of the main plot in the exact colour of its first series. */
  const drawn = (): Promise<number> => page.locator('lab-chart canvas').first().evaluate((canvas, colour) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
    let found = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found += 1;
    return found;
  }, lookOf(0, '#000000').colour);

  it('leads from the gallery to an experiment, and runs nothing by itself', async () => {
    await visit('');
    await page.getByRole('link', { name: /Double descent/ }).first().click();
    await page.waitForURL('**/some/where/double-descent/**');
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
  });

  it('runs the smoke preset, draws what it measured and judges every claim; after Reset the same seed gives the same numbers', async () => {
    await visit('double-descent/');
    await page.getByRole('radio', { name: /^Smoke/ }).check();
    // The theory is drawn at once, in the colour of what it is held against.
    await expect.poll(drawn).toBeGreaterThan(0);
    const theory = await drawn();
    await runSmoke();
    // Charts are drawn in the frame after.
    await expect.poll(drawn).toBeGreaterThan(theory);

    const verdicts = (await look((lab) => lab.verdicts?.map((v) => v.verdict))) ?? [];
    expect(verdicts.length).toBeGreaterThan(0);
    const words = await page.locator('lab-verdicts .word').allInnerTexts();
    expect(words.map((word) => word.replace(/\W/g, '').toLowerCase())).toEqual(verdicts);

    const first = await points();
    expect(first.length).toBeGreaterThan(0);
    await press('Reset');
    expect(await look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
    await expect.poll(drawn).toBe(theory);
    await press('Run');
    await until('done');
    expect(await points()).toEqual(first);
  });

  it('steps one training step at a time, resumes, pauses and forgets', async () => {
    await visit('double-descent/?v=1&preset=smoke&variant=epoch&steps=100000&seeds=2');
    for (const count of [1, 2, 3]) {
      await press('Step');
      await untilDone(count);
      expect(await look((lab) => [lab.state, lab.progress?.done, lab.progress?.steps])).toEqual(['paused', count, 2 * count]);
    }
    await press('Resume');
    await untilDone(10);
    await press('Pause');
    expect(await look((lab) => lab.state)).toBe('paused');
    // What was submitted before the pause still arrives. A run that went on would never be found standing still.
    await expect.poll(async () => {
      const before = await done();
      await page.waitForTimeout(1500);
      return await done() - before;
    }, { timeout: 60_000 }).toBe(0);
    const standing = await done();
    expect(standing).toBeLessThan(100_000);
    await press('Step');
    await untilDone(standing + 1);
    expect(await done()).toBe(standing + 1);
    await press('Reset');
    expect(await look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
  });

  it.each(['light', 'dark'] as const)('has no serious accessibility violation in %s', async (scheme) => {
    const serious = async (): Promise<readonly string[]> => {
      await page.evaluate(await readFile(AXE, 'utf8'));
      const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
      return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.flat().join(' ')}: ${n.failureSummary}`));
    };
    await visit('', WIDE, scheme);
    await page.getByRole('link', { name: /Double descent/ }).first().waitFor();
    expect(await serious()).toEqual([]);
    await page.close();
    await visit('double-descent/', WIDE, scheme);
    await runSmoke();
    expect(await serious()).toEqual([]);
  });

  it('fits a screen 320 px wide', async () => {
    const overflow = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await visit('', PHONE);
    await page.getByRole('link', { name: /Double descent/ }).first().waitFor();
    expect(await overflow()).toBe(0);
    await page.close();
    await visit('double-descent/', PHONE);
    await runSmoke();
    expect(await overflow()).toBe(0);
  });
});
