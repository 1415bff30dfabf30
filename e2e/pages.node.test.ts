/** The built site under a sub-path, in a browser, used as a visitor would use it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PHENOMENA } from '../demos/registry';
import { lookOf } from '../src/ui/palette';
import { PHONE, Visitor } from './visitor';

/** Every page there is, and what it has once it is ready. */
const PAGES = [
  ['', 'lab-gallery h2 a'],
  ...PHENOMENA.map(({ card }) => [`${card.id}/`, 'lab-run-bar button'] as const),
  ['runs/', 'lab-runs h1'],
  ['device/', 'lab-device h1'],
  ['bench/', 'lab-bench h1'],
] as const;
const THEMES = ['light', 'dark'] as const;

describe('the built site', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.open();
  });
  afterAll(() => visitor?.close());
  afterEach(async () => {
    await visitor.leave();
    expect(visitor.wrong).toEqual([]);
  });

  /** Pixels of the main plot in the exact colour of its first series. */
  const drawn = (): Promise<number> =>
    visitor.page
      .locator('lab-chart canvas')
      .first()
      .evaluate((canvas, colour) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
        const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
        let found = 0;
        for (let i = 0; i < data.length; i += 4)
          if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found += 1;
        return found;
      }, lookOf(0, '#000000').colour);

  it('leads from the gallery to a study, and runs nothing by itself', async () => {
    await visitor.visit('');
    await visitor.page
      .getByRole('link', { name: /Double descent/ })
      .first()
      .click();
    await visitor.page.waitForURL('**/some/where/double-descent/**');
    await visitor.page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await visitor.look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
  });

  it('runs the smoke preset, draws what it measured and judges every claim; after Reset the same seed gives the same numbers', async () => {
    await visitor.visit('double-descent/');
    await visitor.page.getByRole('radio', { name: /^Tiny/ }).check();
    // The theory is drawn at once, in the colour of what it is held against.
    await expect.poll(drawn).toBeGreaterThan(0);
    const theory = await drawn();
    await visitor.runSmoke();
    // Charts are drawn in the frame after.
    await expect.poll(drawn).toBeGreaterThan(theory);

    const verdicts = (await visitor.look((lab) => lab.verdicts?.map((v) => v.verdict))) ?? [];
    expect(verdicts.length).toBeGreaterThan(0);
    const words = await visitor.page.locator('lab-verdicts .word').allInnerTexts();
    expect(words.map((word) => word.replace(/\W/g, '').toLowerCase())).toEqual(verdicts);

    const first = await visitor.points();
    expect(first.length).toBeGreaterThan(0);
    await visitor.press('Reset');
    expect(await visitor.look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
    await expect.poll(drawn).toBe(theory);
    await visitor.press('Run');
    await visitor.until('done');
    expect(await visitor.points()).toEqual(first);
  });

  it('steps one training step at a time, resumes, pauses and forgets', async () => {
    await visitor.visit('double-descent/?v=2&study=over-time&preset=smoke&steps=100000&seeds=2');
    for (const count of [1, 2, 3]) {
      await visitor.press('Step');
      await visitor.untilDone(count);
      expect(await visitor.look((lab) => [lab.state, lab.progress?.done, lab.progress?.steps])).toEqual(['paused', count, 2 * count]);
    }
    await visitor.press('Resume');
    await visitor.untilDone(10);
    await visitor.press('Pause');
    expect(await visitor.look((lab) => lab.state)).toBe('paused');
    // What was submitted before the pause still arrives. A run that went on would never be found standing still.
    await expect
      .poll(
        async () => {
          const before = await visitor.done();
          await visitor.page.waitForTimeout(1500);
          return (await visitor.done()) - before;
        },
        { timeout: 60_000 },
      )
      .toBe(0);
    const standing = await visitor.done();
    expect(standing).toBeLessThan(100_000);
    await visitor.press('Step');
    await visitor.untilDone(standing + 1);
    expect(await visitor.done()).toBe(standing + 1);
    await visitor.press('Reset');
    expect(await visitor.look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
  });

  it.each(PAGES.flatMap(([path, ready]) => THEMES.map((colorScheme) => ({ path, ready, colorScheme }))))(
    '/$path has no accessibility violation in $colorScheme',
    async ({ path, ready, colorScheme }) => {
      await visitor.visit(path, { colorScheme });
      await visitor.page.locator(ready).first().waitFor();
      expect(await visitor.violations()).toEqual([]);
    },
  );
  it.each(THEMES)(
    'a study has no accessibility violation in %s while it runs, when it is done, and with every disclosure open',
    async (colorScheme) => {
      await visitor.visit('double-descent/?v=2&study=networks&preset=smoke&epochs=60', { colorScheme });
      await visitor.press('Run');
      await visitor.untilDone(3);
      expect(await visitor.violations()).toEqual([]);
      await visitor.until('done');
      expect(await visitor.violations()).toEqual([]);
      await visitor.page.locator('summary').evaluateAll((all) => {
        for (const summary of all) summary.parentElement!.setAttribute('open', '');
      });
      await visitor.page.locator('lab-chart table').first().waitFor();
      expect(await visitor.violations()).toEqual([]);
    },
  );

  it.each(PAGES)('/%s fits a screen 320 px wide, which is also 1280 px at four times the zoom', async (path, ready) => {
    await visitor.visit(path, { viewport: PHONE });
    await visitor.page.locator(ready).first().waitFor();
    expect(await visitor.overflow()).toBe(0);
    if (path !== 'double-descent/') return;
    await visitor.runSmoke();
    expect(await visitor.overflow()).toBe(0);
  });

  it('can be used by keyboard alone', async () => {
    await visitor.visit('double-descent/?v=2&study=over-time&preset=smoke&steps=100000&seeds=2');
    const { page } = visitor;
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        let at: Element | null = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at?.textContent?.trim() ?? '';
      });
    for (let i = 0; i < 80 && (await focused()) !== 'Run'; i++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('Run');
    await page.keyboard.press('Enter');
    await visitor.untilDone(5);
    // Beside a focused control, single keys command the run.
    await page.locator('h1').click();
    await page.keyboard.press('k');
    expect(await visitor.look((lab) => lab.state)).toBe('paused');
    await expect.poll(() => visitor.done()).toBeGreaterThan(0);
    await page.waitForTimeout(1000);
    const standing = await visitor.done();
    await page.keyboard.press('s');
    await visitor.untilDone(standing + 1);
    await page.keyboard.press('r');
    expect(await visitor.look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
  });
});
