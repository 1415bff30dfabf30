/** One whole visit of the built site: run, pause, step, zoom, share, reload, resume, export, import, compare, delete. */
import { readFile } from 'node:fs/promises';
import type { Download } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../src/lab/bundle';
import { RowTable } from '../src/lab/table';
import type { LabChart } from '../src/ui/labChart';
import { Visitor } from './visitor';

const STEPS = 6000;
const PATH = `double-descent/?v=2&study=over-time&preset=smoke&steps=${STEPS}&seeds=2`;

describe('a visit', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.open();
  });
  afterAll(() => visitor?.close());
  afterEach(async () => {
    await visitor.leave();
    expect(visitor.wrong).toEqual([]);
  });
  const saved = async (button: string): Promise<{ readonly name: string; readonly text: string }> => {
    const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.press(button)]);
    return { name: download.suggestedFilename(), text: await readFile(await (download as Download).path(), 'utf8') };
  };

  it('zooms into a running chart, which keeps the zoom until it is told to follow', async () => {
    await visitor.visit(`${PATH}&steps=100000`.replace(`steps=${STEPS}&`, ''));
    const { page } = visitor;
    await visitor.press('Run');
    await visitor.untilDone(60);
    const plot = page.locator('lab-chart .u-over').first();
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 50, { steps: 5 });
    await page.mouse.up();
    const follow = page.getByRole('button', { name: /^Follow/ }).first();
    await follow.waitFor();
    const axis = (): Promise<LabChart['zoom']> =>
      page
        .locator('lab-chart')
        .first()
        .evaluate((chart) => (chart as unknown as LabChart).zoom);
    const zoomed = await axis();
    expect(zoomed).toBeDefined();
    const before = await visitor.done();
    await visitor.untilDone(before + 100);
    expect(await axis()).toEqual(zoomed);
    await follow.click();
    await expect.poll(axis).toBeUndefined();
    await expect.poll(() => follow.count()).toBe(0);
  });

  it('sets what its controls say, marks it in the link, and takes it back', async () => {
    await visitor.visit('double-descent/?v=2&preset=quick');
    const { page } = visitor;
    const seeds = page.getByLabel('Seeds', { exact: true });
    await seeds.fill('7');
    await seeds.press('Enter');
    expect(await visitor.look((lab) => lab.config['seeds'])).toBe(7);
    expect(page.url()).toContain('seeds=7');
    await page.getByRole('slider', { name: /^Seeds/ }).press('ArrowRight');
    expect(await visitor.look((lab) => lab.config['seeds'])).toBe(8);
    await seeds.fill('0');
    await seeds.press('Enter');
    await page.getByText('Not used: ').waitFor();
    expect(await visitor.look((lab) => lab.config['seeds'])).toBe(8);
    await page.getByRole('button', { name: /^Back to the preset: Seeds/ }).click();
    expect(await visitor.look((lab) => lab.config['seeds'])).toBe(50);
    expect(page.url()).not.toContain('seeds=');
  });

  it('is cut off by a reload, resumed, and gives the bits of a run left alone; its files come back', async () => {
    await visitor.visit(PATH);
    const { page } = visitor;
    await visitor.press('Run');
    await visitor.until('done');
    const whole = await visitor.points();
    expect(whole.length).toBeGreaterThan(0);

    // A link shared is the page as it was.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.press('Copy link');
    await page.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const config = await visitor.look((lab) => lab.config);
    await page.goto(link);
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await visitor.look((lab) => lab.config)).toEqual(config);

    // Paused, stepped, cut off.
    await visitor.press('Run');
    await visitor.untilDone(100);
    await visitor.press('Pause');
    await expect
      .poll(async () => {
        const before = await visitor.done();
        await page.waitForTimeout(500);
        return (await visitor.done()) - before;
      })
      .toBe(0);
    const standing = await visitor.done();
    expect(standing).toBeLessThan(STEPS);
    await visitor.press('Step');
    await visitor.untilDone(standing + 1);
    await expect.poll(() => visitor.kept(), { timeout: 20_000 }).toContainEqual({ state: 'running', resumable: true });
    await page.reload();
    await page.getByText('A run was cut off').waitFor();
    await visitor.press('Resume it');
    await visitor.until('done');
    expect(await visitor.points()).toEqual(whole);
    expect(await visitor.look((lab) => lab.verdicts?.map((v) => v.verdict))).toContain('agrees');

    // Exported.
    const bundle = await saved('Run (JSON)');
    expect(bundle.name).toBe('double-descent-over-time-run.json');
    const { facts, points } = readBundle(bundle.text);
    expect(facts).toMatchObject({ study: 'double-descent/over-time', preset: 'smoke', state: 'done', config });
    expect(points).toEqual(new RowTable(whole).points);
    const metrics = await saved('All rows (CSV)');
    expect(metrics.text.trimEnd().split('\n')).toHaveLength(1 + whole.length);
    const plotted = await saved('Plotted curves (CSV)');
    expect(plotted.text.split('\n')[0]).toContain('series');
    const [png] = await Promise.all([page.waitForEvent('download'), visitor.press('Charts (PNG)')]);
    expect([...(await readFile(await png.path())).subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);

    // Imported, compared, deleted.
    await page.goto(`${visitor.site.url}runs/`);
    await expect.poll(() => page.locator('lab-runs tbody tr').count()).toBe(2);
    await page
      .locator('lab-runs input[type=file]')
      .setInputFiles({ name: 'copy.json', mimeType: 'application/json', buffer: Buffer.from(bundle.text) });
    await expect.poll(() => page.locator('lab-runs tbody tr').count()).toBe(3);
    for (const box of await page.locator('lab-runs tbody input[type=checkbox]').all()) await box.check();
    await page.getByRole('button', { name: /^Compare/ }).click();
    await expect.poll(() => page.locator('lab-runs lab-chart, lab-compare lab-chart').count()).toBeGreaterThan(0);
    expect(await visitor.violations()).toEqual([]);
    await page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await page
      .locator('dialog')
      .getByRole('button', { name: /^Delete/ })
      .click();
    await expect.poll(() => page.getByText('No run is kept').count()).toBe(1);
  });
});
