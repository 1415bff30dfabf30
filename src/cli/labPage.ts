/** The experiment page as the headless runner drives it. */
import type { Browser, Page } from 'playwright';
import type { Config, EventRow, Row } from '../lab/experiment';
import type { Progress } from './labProgress';
import type { ClaimVerdict, RunState } from './labReport';

/** The documented part of <lab-experiment>. */
interface LabElement extends HTMLElement {
  setConfig(config: Config): void;
  start(): unknown;
  abort(): unknown;
  readonly state: RunState;
  readonly progress?: Progress;
  readonly rows: readonly Row[];
  readonly verdicts: readonly ClaimVerdict[];
  readonly error?: { readonly name: string; readonly message: string } | undefined;
  readonly adapter?: string | { readonly name: string } | undefined;
  exportPngs(): Promise<readonly { readonly name: string; readonly dataUrl: string }[]>;
}

export interface RunError { readonly name: string; readonly message: string }
export interface Chart { readonly name: string; readonly png: Uint8Array }

/** A run as it stands. */
export interface Snapshot { readonly state: RunState; readonly progress: Progress; readonly adapter: string; readonly error?: RunError | undefined; readonly fresh: readonly Row[] }
export interface Outcome {
  readonly state: RunState;
  readonly adapter: string;
  readonly rows: readonly Row[];
  readonly verdicts: readonly ClaimVerdict[];
  readonly charts: readonly Chart[];
  readonly error?: RunError | undefined;
}

/** Time between looks at the page: often enough for a smooth progress line, seldom enough to cost a software adapter nothing. */
const LOOK_MS = 400;
/** Rows fetched in one message; a long run has hundreds of thousands. */
const ROWS_AT_ONCE = 20_000;
/** Time for the page's script to define its element: it is a local file, so longer means that the script threw. */
const READY_MS = 30_000;
/** Time an aborted run gets to end the submissions in flight before it is given up. */
const ABORT_MS = 30_000;

/** What the browser said when something went wrong, oldest first. */
const listen = (page: Page): readonly string[] => {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => { if (message.type() === 'error') heard.push(message.text()); });
  page.on('crash', () => heard.push('the page crashed'));
  return heard;
};

const look = (page: Page, from: number): Promise<Snapshot> => page.evaluate(({ from, most }) => {
  const lab = document.querySelector<LabElement>('lab-experiment');
  if (!lab) throw new Error('the page has no <lab-experiment>');
  const adapter = typeof lab.adapter === 'string' ? lab.adapter : lab.adapter?.name;
  return {
    state: lab.state,
    progress: { done: 0, total: 0, phase: '', steps: 0, ...lab.progress },
    adapter: adapter ?? '',
    error: lab.error ? { name: lab.error.name, message: lab.error.message } : undefined,
    fresh: lab.rows.slice(from, from + most),
  };
}, { from, most: ROWS_AT_ONCE });

const judged = (page: Page): Promise<ClaimVerdict[]> => page.evaluate(() =>
  (document.querySelector<LabElement>('lab-experiment')?.verdicts ?? []).map(({ claim, judgement }) => ({
    claim: { id: claim.id, says: claim.says, source: claim.source }, judgement,
  })));

const drawn = async (page: Page): Promise<Chart[]> => {
  const pngs = await page.evaluate(async () => document.querySelector<LabElement>('lab-experiment')?.exportPngs() ?? []);
  return pngs.map(({ name, dataUrl }) => ({ name, png: Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64') }));
};

/** Called with every look at the page. */
export interface Watcher { readonly progress: (p: Progress, points: number) => void; readonly event: (e: EventRow) => void; readonly adapter: (name: string) => void }

/** One run of one experiment in one page. Rows are fetched as they come, so that they survive a page that crashes. */
class DrivenRun {
  readonly #rows: Row[] = [];
  #points = 0;
  #adapter = '';

  constructor(private readonly page: Page, private readonly watcher: Watcher) {}

  async #look(): Promise<Snapshot> {
    const seen = await look(this.page, this.#rows.length);
    if (seen.adapter && seen.adapter !== this.#adapter) this.watcher.adapter(seen.adapter);
    this.#adapter = seen.adapter || this.#adapter;
    for (const row of seen.fresh) {
      this.#rows.push(row);
      if (row.kind === 'event') this.watcher.event(row);
      if (row.kind === 'point' || row.kind === 'cell') this.#points += 1;
    }
    this.watcher.progress(seen.progress, this.#points);
    return seen;
  }

  /** Waits until the run has ended, by itself or by the signal. */
  async #settle(signal: AbortSignal): Promise<Snapshot> {
    let abortedAt: number | undefined;
    for (;;) {
      if (signal.aborted && abortedAt === undefined) {
        abortedAt = performance.now();
        await this.page.evaluate(() => { document.querySelector<LabElement>('lab-experiment')?.abort(); });
      }
      const seen = await this.#look();
      const over = seen.state === 'done' || seen.state === 'failed' || seen.state === 'aborted';
      if (over && seen.fresh.length === 0) return seen;
      if (abortedAt !== undefined && performance.now() - abortedAt > ABORT_MS) return { ...seen, state: 'aborted' };
      if (seen.fresh.length < ROWS_AT_ONCE && !over) await new Promise((next) => { setTimeout(next, LOOK_MS); });
    }
  }

  async run(config: Config, signal: AbortSignal, heard: readonly string[]): Promise<Outcome> {
    try {
      await this.page.evaluate((config) => {
        const lab = document.querySelector<LabElement>('lab-experiment');
        lab?.setConfig(config);
        lab?.start();
      }, config);
      const end = await this.#settle(signal);
      const [verdicts, charts] = [await judged(this.page), await drawn(this.page)];
      return { state: end.state, adapter: this.#adapter, rows: this.#rows, verdicts, charts, error: end.error };
    } catch (error) {
      const said = [error instanceof Error ? error.message : String(error), ...heard].join('\n');
      return { state: signal.aborted ? 'aborted' : 'failed', adapter: this.#adapter, rows: this.#rows, verdicts: [], charts: [], error: { name: 'PageError', message: said } };
    }
  }
}

/** Opens the experiment's page and runs it to its end. A page that breaks is an outcome with state 'failed', holding the rows so far. */
export const drive = async (browser: Browser, url: string, config: Config, signal: AbortSignal, watcher: Watcher): Promise<Outcome> => {
  const page = await browser.newPage();
  const heard = listen(page);
  try {
    await page.goto(url);
    // The property, not the tag: the tag is there before the script that gives it its methods.
    await page.waitForFunction(() => document.querySelector<LabElement>('lab-experiment')?.state !== undefined, undefined, { timeout: READY_MS });
  } catch (error) {
    const said = [error instanceof Error ? error.message : String(error), ...heard].join('\n');
    return { state: signal.aborted ? 'aborted' : 'failed', adapter: '', rows: [], verdicts: [], charts: [], error: { name: 'PageError', message: said } };
  }
  return new DrivenRun(page, watcher).run(config, signal, heard);
};
