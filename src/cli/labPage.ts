/** The study page as the headless runner drives it. */
import type { LiveChange, AdapterInfo, RunError } from '../lab/run';
import type { ClaimVerdict } from '../lab/claim';
import type { Browser, Page } from 'playwright';
import type { Config, EventRow, ProgressRow, Row, Study } from '../lab/study';
import type { RunState } from '../lab/worker/client';

/** The documented part of <lab-study>. */
export interface LabElement extends HTMLElement {
  setPreset(name: string): void;
  setConfig(config: Config): void;
  setInputs(inputs: Readonly<Record<string, { readonly name: string; readonly data: Uint8Array<ArrayBuffer> }>>): void;
  start(options: { readonly live: readonly LiveChange[] }): unknown;
  /** Goes on with the run that was cut off; false where there is none. */
  resume(): Promise<boolean>;
  readonly seconds: number;
  abort(): unknown;
  readonly state: RunState;
  /** False while an aborted run still delivers. */
  readonly over?: boolean;
  readonly progress?: ProgressRow | undefined;
  readonly rows: readonly Row[];
  /** Undefined until a run has ended by itself. */
  readonly verdicts: readonly ClaimVerdict[] | undefined;
  readonly error?: RunError | undefined;
  readonly adapter?: AdapterInfo | undefined;
  readonly live?: readonly LiveChange[];
  readonly artifacts?: ReadonlyMap<string, { readonly name: string; readonly data: Uint8Array }>;
  exportPngs(): Promise<readonly { readonly name: string; readonly dataUrl: string }[]>;
}

export interface Chart {
  readonly name: string;
  readonly png: Uint8Array;
}
export interface NamedFile {
  readonly name: string;
  readonly data: Uint8Array;
}
/** What the page is to run. `inputs`: files by the names that the study gives them. */
export interface DriveOrder {
  readonly preset: string;
  readonly config: Config;
  readonly inputs: Readonly<Record<string, NamedFile>>;
  readonly live: readonly LiveChange[];
  /** Whether to go on with the run of these settings that was cut off, if the browser keeps one. */
  readonly resume?: boolean;
}

/** A run as it stands. */
interface Snapshot {
  readonly state: RunState;
  readonly over: boolean;
  readonly progress: ProgressRow;
  readonly adapter: AdapterInfo | undefined;
  readonly error: RunError | undefined;
  /** Rows not fetched before. */
  readonly fresh: readonly Row[];
}
export interface Outcome {
  readonly state: RunState;
  /** Absent where the page failed before it had one. */
  readonly adapter: AdapterInfo | undefined;
  readonly rows: readonly Row[];
  readonly verdicts: readonly ClaimVerdict[];
  readonly charts: readonly Chart[];
  /** Files that the run offers. */
  readonly artifacts: readonly NamedFile[];
  /** Changes of live settings. */
  readonly live: readonly LiveChange[];
  readonly error?: RunError | undefined;
  /** Whether the page or its browser went away. */
  readonly gone?: boolean;
  /** From start to end; of a run that was gone on with without the time between. */
  readonly seconds: number;
}

/** Time between looks at the page: often enough for a smooth progress line, seldom enough to cost a software adapter nothing. */
const LOOK_MS = 400;
/** Rows fetched in one message; a long run has hundreds of thousands. */
const ROWS_AT_ONCE = 20_000;
/** Time for the page to find its adapter, which takes a few seconds on a busy machine: longer means that a script threw. */
const READY_MS = 60_000;
/** Time an aborted run gets to end the submissions in flight before it is given up. */
const ABORT_MS = 30_000;

/** What the browser said when something went wrong, oldest first. */
const listen = (page: Page): readonly string[] => {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  page.on('crash', () => heard.push('the page crashed'));
  return heard;
};

const look = (page: Page, from: number): Promise<Snapshot> =>
  page.evaluate(
    ({ from, most }) => {
      const lab = document.querySelector<LabElement>('lab-study');
      if (!lab) throw new Error('the page has no <lab-study>');
      return {
        state: lab.state,
        over: lab.state === 'done' || lab.state === 'failed' || (lab.state === 'aborted' && lab.over !== false),
        progress: lab.progress ?? { kind: 'progress' as const, done: 0, total: 0, phase: '', steps: 0 },
        adapter: lab.adapter && { name: lab.adapter.name, software: lab.adapter.software },
        error: lab.error ? { name: lab.error.name, message: lab.error.message } : undefined,
        fresh: lab.rows.slice(from, from + most),
      };
    },
    { from, most: ROWS_AT_ONCE },
  );

const judged = (page: Page): Promise<readonly ClaimVerdict[]> =>
  page.evaluate(() => document.querySelector<LabElement>('lab-study')?.verdicts ?? []);

const drawn = async (page: Page): Promise<Chart[]> => {
  const pngs = await page.evaluate(async () => document.querySelector<LabElement>('lab-study')?.exportPngs() ?? []);
  return pngs.map(({ name, dataUrl }) => ({ name, png: Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64') }));
};

/** Bytes cross the boundary as base64: Playwright would spell them out as numbers. */
const offered = async (page: Page): Promise<NamedFile[]> => {
  const files = await page.evaluate(async () => {
    const all = [...(document.querySelector<LabElement>('lab-study')?.artifacts?.values() ?? [])];
    return Promise.all(
      all.map(async ({ name, data }) => {
        const url = await new Promise<string>((done) => {
          const reader = new FileReader();
          reader.addEventListener('load', () => done(String(reader.result)));
          reader.readAsDataURL(new Blob([data as Uint8Array<ArrayBuffer>]));
        });
        return { name, base64: url.slice(url.indexOf(',') + 1) };
      }),
    );
  });
  return files.map(({ name, base64 }) => ({ name, data: Buffer.from(base64, 'base64') }));
};
const changed = (page: Page): Promise<readonly LiveChange[]> =>
  page.evaluate(() => document.querySelector<LabElement>('lab-study')?.live ?? []);

/** Address of a study's page; `site`: of the site's root, with a final slash. */
export const pageOf = (site: string, { id, phenomenon }: Pick<Study, 'id' | 'phenomenon'>): string =>
  `${site}${phenomenon.id}/?study=${id}`;

/** Waits for the page's adapter, or for the failure to get one. */
export const untilReady = async (page: Page): Promise<void> => {
  await page.waitForFunction(
    () => {
      const lab = document.querySelector<LabElement>('lab-study');
      // An adapter, not the tag: the tag is there before the script that gives it a study and a worker.
      return lab?.adapter !== undefined || lab?.state === 'failed';
    },
    undefined,
    { timeout: READY_MS },
  );
};
/** Begins a run on a page that is ready. */
export const startOn = async (page: Page, { preset, config, inputs, live }: DriveOrder): Promise<void> => {
  const files = Object.entries(inputs).map(([key, f]) => ({ key, name: f.name, base64: Buffer.from(f.data).toString('base64') }));
  await page.evaluate(
    ({ preset, config, files, live }) => {
      const lab = document.querySelector<LabElement>('lab-study');
      lab?.setPreset(preset);
      lab?.setConfig(config);
      lab?.setInputs(
        Object.fromEntries(
          files.map(({ key, name, base64 }) => [key, { name, data: Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)) }]),
        ),
      );
      lab?.start({ live });
    },
    { preset, config, files, live },
  );
};
/** Goes on with the run that was cut off; false where there is none. */
export const resumeOn = (page: Page): Promise<boolean> =>
  page.evaluate(async () => (await document.querySelector<LabElement>('lab-study')?.resume()) ?? false);

/** Called with every look at the page. */
export interface Watcher {
  readonly progress: (p: ProgressRow, points: number) => void;
  readonly event: (e: EventRow) => void;
  readonly adapter: (a: AdapterInfo) => void;
}

/** One run of one study in one page. Rows are fetched as they come, so that they survive a page that crashes. */
class DrivenRun {
  readonly #rows: Row[] = [];
  readonly #heard: readonly string[];
  #points = 0;
  #adapter: AdapterInfo | undefined;
  #began = performance.now();
  #crashed = false;

  constructor(
    private readonly page: Page,
    private readonly signal: AbortSignal,
    private readonly watcher: Watcher,
  ) {
    this.#heard = listen(page);
    page.on('crash', () => {
      this.#crashed = true;
    });
  }

  async run(url: string, order: DriveOrder): Promise<Outcome> {
    try {
      if (this.signal.aborted) throw new Error('interrupted before the run began');
      await this.page.goto(url);
      await untilReady(this.page);
      const resumed = order.resume === true && (await resumeOn(this.page));
      if (!resumed) {
        this.#began = performance.now();
        await startOn(this.page, order);
      }
      const { state, error } = await this.#settle();
      const seconds = resumed ? await this.page.evaluate(() => document.querySelector<LabElement>('lab-study')!.seconds) : this.#seconds;
      return {
        ...this.#measured,
        state,
        error,
        seconds,
        verdicts: await judged(this.page),
        charts: await drawn(this.page),
        artifacts: await offered(this.page),
        live: await changed(this.page),
      };
    } catch (error) {
      const message = [error instanceof Error ? error.message : String(error), ...this.#heard].join('\n');
      const state = this.signal.aborted ? 'aborted' : 'failed';
      return {
        ...this.#measured,
        state,
        error: { name: 'PageError', message },
        gone: this.#crashed || this.page.isClosed(),
        seconds: this.#seconds,
        verdicts: [],
        charts: [],
        artifacts: [],
        live: [],
      };
    }
  }

  get #measured(): Pick<Outcome, 'rows' | 'adapter'> {
    return { rows: this.#rows, adapter: this.#adapter };
  }
  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async #look(): Promise<Snapshot> {
    const seen = await look(this.page, this.#rows.length);
    if (seen.adapter && !this.#adapter) this.watcher.adapter(seen.adapter);
    this.#adapter ??= seen.adapter;
    for (const row of seen.fresh) {
      this.#rows.push(row);
      if (row.kind === 'event') this.watcher.event(row);
      if (row.kind === 'point' || row.kind === 'cell') this.#points += 1;
    }
    this.watcher.progress(seen.progress, this.#points);
    return seen;
  }

  /** Waits until the run has ended, by itself or by the signal. */
  async #settle(): Promise<Snapshot> {
    let abortedAt: number | undefined;
    for (;;) {
      if (this.signal.aborted && abortedAt === undefined) {
        abortedAt = performance.now();
        await this.page.evaluate(() => {
          document.querySelector<LabElement>('lab-study')?.abort();
        });
      }
      const seen = await this.#look();
      const { over } = seen;
      if (over && seen.fresh.length === 0) return seen;
      if (abortedAt !== undefined && performance.now() - abortedAt > ABORT_MS) return { ...seen, state: 'aborted' };
      if (seen.fresh.length < ROWS_AT_ONCE && !over)
        await new Promise((next) => {
          setTimeout(next, LOOK_MS);
        });
    }
  }
}

/**
 * Opens the study's page and runs it to its end, or until the signal aborts. Never rejects for what happens in the page: one that
 * breaks or goes away is an outcome with state 'failed', which holds the rows fetched so far.
 */
export const drive = async (
  browser: Pick<Browser, 'newPage'>,
  url: string,
  order: DriveOrder,
  signal: AbortSignal,
  watcher: Watcher,
): Promise<Outcome> => {
  const page = await browser.newPage();
  try {
    return await new DrivenRun(page, signal, watcher).run(url, order);
  } finally {
    await page.close().catch(() => undefined); // gone with its browser
  }
};
