/** The driver against a page whose element has the documented API and nothing else, so that each ending can be brought about. */
import type { AdapterInfo } from '../lab/run';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventRow } from '../lab/study';
import { launchBrowser } from './browser';
import type { Outcome } from './labPage';
import { drive } from './labPage';
import { serveFolder } from './site';
import type { Site } from './site';

/** `config.ending`: how the run ends. A point every 20 ms, `config.points` in all. The PNG's bytes are 1 2 3. */
const PAGE = '<!doctype html><lab-study></lab-study><script type="module" src="./fake.js"></script>';
const FAKE = `
customElements.define('lab-study', class extends HTMLElement {
  state = 'idle'; progress; rows = []; verdicts; error; adapter;
  connectedCallback() { setTimeout(() => { this.adapter = { name: 'paper and pencil', software: true }; }, 50); }
  setPreset(name) { this.preset = name; }
  setConfig(config) { this.config = config; }
  setInputs(inputs) { this.inputs = inputs; }
  start({ live }) {
    this.live = live;
    this.artifacts = new Map([['given', { name: this.preset + '.bin', data: this.inputs.data.data }]]);
    this.state = 'running';
    this.rows.push({ kind: 'event', level: 'warning', message: 'slow' });
    this.timer = setInterval(() => this.tick(), 20);
  }
  tick() {
    const { ending, points } = this.config; const i = this.rows.length - 1;
    if (i < points) { this.rows.push({ kind: 'point', chart: 'c', series: 's', x: i, seed: 0, y: i === 1 ? NaN : i * i });
      this.progress = { done: i + 1, total: points, kind: 'progress', phase: 'p', steps: 10 * (i + 1) }; return; }
    if (ending === 'never') return;
    clearInterval(this.timer);
    if (ending === 'fails') { this.error = { name: 'MemoryError', message: 'too big' }; this.state = 'failed'; return; }
    this.verdicts = [{ id: 'k', says: 'it holds', source: 'here', falsifier: 'else', verdict: 'disagrees', measured: '3', value: NaN }];
    this.state = 'done';
  }
  abort() { clearInterval(this.timer); this.state = 'aborted'; }
  async exportPngs() { return [{ name: 'c', dataUrl: 'data:image/png;base64,AQID' }]; }
});`;

const BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const ORDER = {
  preset: 'tiny',
  config: {},
  inputs: { data: { name: 'bytes.bin', data: BYTES } },
  live: [{ call: 3, changes: { lr: 0.5 } }],
} as const;
const ys = (outcome: Outcome): number[] => outcome.rows.flatMap((r) => (r.kind === 'point' ? [r.y] : []));

describe('driving the page', () => {
  let folder: string;
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'overparam-test-'));
    await mkdir(join(folder, 'fake'));
    await writeFile(join(folder, 'fake/index.html'), PAGE);
    await writeFile(join(folder, 'fake/fake.js'), FAKE);
    site = await serveFolder(folder, '/under/here/');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** `atTwo`: what happens once two points have been fetched. */
  const run = async (
    ending: string,
    points: number,
    atTwo?: (stop: AbortController) => unknown,
  ): Promise<Outcome & { readonly events: EventRow[]; readonly adapters: AdapterInfo[] }> => {
    const stop = new AbortController();
    const [events, adapters]: [EventRow[], AdapterInfo[]] = [[], []];
    const outcome = await drive(browser, `${site.url}fake/`, { ...ORDER, config: { ending, points } }, stop.signal, {
      progress: (_, measured) => {
        if (measured >= 2) atTwo?.(stop);
      },
      event: (e) => events.push(e),
      adapter: (a) => adapters.push(a),
    });
    return { ...outcome, events, adapters };
  };

  it('brings back every row once, in order, with the verdicts and the charts', async () => {
    const outcome = await run('ends', 40);
    expect(outcome.state).toBe('done');
    expect(ys(outcome)).toEqual(Array.from({ length: 40 }, (_, i) => (i === 1 ? Number.NaN : i * i)));
    expect(outcome.verdicts).toEqual([
      { id: 'k', says: 'it holds', source: 'here', falsifier: 'else', verdict: 'disagrees', measured: '3', value: Number.NaN },
    ]);
    expect(outcome.charts.map(({ name, png }) => [name, ...png])).toEqual([['c', 1, 2, 3]]);
    expect([outcome.adapter, ...outcome.adapters]).toEqual(Array.from({ length: 2 }, () => ({ name: 'paper and pencil', software: true })));
    expect(outcome.events).toEqual([{ kind: 'event', level: 'warning', message: 'slow' }]);
    // What was given went in whole and comes out again.
    expect(outcome.artifacts.map(({ name, data }) => [name, ...data])).toEqual([['tiny.bin', ...BYTES]]);
    expect(outcome.live).toEqual(ORDER.live);
  });

  it('keeps the rows of a run that fails, and its error', async () => {
    const outcome = await run('fails', 3);
    expect(outcome).toMatchObject({ state: 'failed', error: { name: 'MemoryError', message: 'too big' } });
    expect(ys(outcome)).toHaveLength(3);
  });

  it('keeps the rows when interrupted', async () => {
    const outcome = await run('never', 1_000_000, (stop) => stop.abort());
    expect(outcome.state).toBe('aborted');
    expect(ys(outcome).length).toBeGreaterThanOrEqual(2);
  });

  it('is told when the page goes away, and keeps the rows fetched before', async () => {
    // newPage() gives each page a context of its own.
    const outcome = await run('never', 1_000_000, () => browser.contexts().at(-1)?.close());
    expect(outcome).toMatchObject({ state: 'failed', error: { name: 'PageError' } });
    expect(ys(outcome).length).toBeGreaterThanOrEqual(2);
  });

  it('does not run once interrupted', async () => {
    const outcome = await drive(browser, `${site.url}fake/`, ORDER, AbortSignal.abort(), {
      progress: () => undefined,
      event: () => undefined,
      adapter: () => undefined,
    });
    expect(outcome).toMatchObject({ state: 'aborted', rows: [] });
  });

  it('serves nothing outside its folder', async () => {
    const answers = ['fake/', 'fake', 'fake/none.js', '..%2f..%2fetc/passwd', '/', '%'].map((path) =>
      fetch(new URL(path, site.url), { redirect: 'manual' }),
    );
    expect((await Promise.all(answers)).map((r) => r.status)).toEqual([200, 301, 404, 404, 404, 400]);
  });
});
