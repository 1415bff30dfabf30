/**
 * <lab-runs>: every run that this browser keeps. Chosen ones can be compared, exported and deleted; files can be imported, one that was
 * cut off can be resumed on its study's page. What is compared is in the address: `?compare=id,id`.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ConfigError, StorageError } from '../core/errors';
import type { Entry, Study } from '../lab/study';
import { DATABASE } from '../lab/store/database';
import { openStore, type IdbStore } from '../lab/store/store';
import type { Damaged, KeptRun } from '../lab/store/types';
import { presentRun } from '../lab/version1';
import { noticeStyles } from './notices';
import { letterOf, MOST_COMPARED, type Compared } from './runCompare';
import { exportRun, importRuns } from './runFiles';
import { damagedList, runTable, runTableStyles } from './runTable';
import { dateText, formatBytes } from './runText';
import { base, forms } from './styles';
import './labCompare';

interface Problem {
  readonly title: string;
  readonly text: string;
}
/** To be deleted. */
interface Asked {
  readonly id: string;
  readonly name: string;
}
const asked = (run: KeptRun): Asked => ({ id: run.id, name: `${run.title}, ${run.preset}, ${dateText(run)}` });
const runsText = (n: number): string => `${n} ${n === 1 ? 'run' : 'runs'}`;
const carriesFiles = (e: DragEvent): boolean => e.dataTransfer?.types.includes('Files') ?? false;

export class LabRuns extends LitElement {
  static override styles = [
    base,
    forms,
    noticeStyles,
    runTableStyles,
    css`
    h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
    .lead { max-width: 42rem; }
    .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 1rem 0 0.5rem; }
    .empty { padding: 2rem 1rem; border: 1px dashed var(--edge); border-radius: 0.4rem; text-align: center; }
    .drop { outline: 3px dashed var(--accent); outline-offset: 0.5rem; }
    .usage { margin: 0.75rem 0; }
    .said { min-height: 1.5rem; margin: 0.5rem 0; }
    dialog { max-width: min(30rem, 92vw); padding: 1rem; border: 1px solid var(--edge); border-radius: 0.5rem; background: var(--bg); color: var(--fg); }
    dialog::backdrop { background: rgb(0 0 0 / 50%); }
    dialog .actions { justify-content: flex-end; margin-bottom: 0; }
    lab-compare { margin: 1.5rem 0; padding-top: 1rem; border-top: 1px solid var(--line); }
  `,
  ];
  static override properties = {
    entries: { attribute: false },
    database: { type: String },
    runs: { state: true },
    trained: { state: true },
    chosen: { state: true },
    studies: { state: true },
    compared: { state: true },
    problems: { state: true },
    said: { state: true },
    usage: { state: true },
    dropping: { state: true },
    asking: { state: true },
    damaged: { state: true },
  };
  declare entries: readonly Entry[];
  /** Name of the database. */
  declare database: string;
  /** Undefined until they are read. */
  declare runs: readonly KeptRun[] | undefined;
  declare trained: ReadonlySet<string>;
  declare chosen: ReadonlySet<string>;
  /** Those loaded so far: of the runs there are. */
  declare studies: ReadonlyMap<string, Study>;
  declare compared: readonly Compared[];
  declare problems: readonly Problem[];
  /** Outcome of the last action. */
  declare said: string;
  declare usage: string;
  declare dropping: boolean;
  /** What waits for an answer whether it is to be deleted. */
  declare asking: readonly Asked[];
  /** Records that cannot be read. */
  declare damaged: readonly Damaged[];
  /** Why this build does not know the settings of runs, by id. */
  #unknown: ReadonlyMap<string, string> = new Map();

  #store: Promise<IdbStore> | undefined;

  constructor() {
    super();
    this.entries = this.compared = this.problems = this.asking = this.damaged = [];
    this.database = DATABASE;
    this.trained = this.chosen = new Set();
    this.studies = new Map();
    this.said = this.usage = '';
    this.dropping = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#seen);
    for (const type of ['dragover', 'dragleave', 'drop'] as const) window.addEventListener(type, this.#drag);
    void this.#try('The kept runs cannot be shown', async () => {
      await this.#refresh();
      const asked = new URLSearchParams(location.search).get('compare')?.split(',').filter(Boolean) ?? [];
      if (asked.length > 0) await this.#compareLink(asked);
    });
  }

  override disconnectedCallback(): void {
    document.removeEventListener('visibilitychange', this.#seen);
    for (const type of ['dragover', 'dragleave', 'drop'] as const) window.removeEventListener(type, this.#drag);
    void this.#store?.then(
      (store) => store.close(),
      () => undefined,
    );
    this.#store = undefined;
    super.disconnectedCallback();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('entries') && this.runs) void this.#load();
  }

  protected override render(): TemplateResult {
    return html`<div class=${this.dropping ? 'drop' : ''}>
      <h1>Kept runs</h1>
      <p class="lead">Every run is kept in this browser, on this machine only, until you delete it. Choose runs to compare, export or delete.</p>
      ${this.problems.map(({ title, text }) => html`<div class="notice error" role="alert"><p><b>${title}</b></p><p>${text}</p></div>`)}
      ${this.#actions()}
      <p class="said" role="status" tabindex="-1">${this.said}</p>
      ${this.#list()}
      ${damagedList(this.damaged, ({ id }) => void this.#sure([{ id, name: `the damaged record ${id}` }]))}
      ${this.usage ? html`<p class="usage small muted">${this.usage}</p>` : nothing}
      ${
        this.compared.length > 0
          ? html`<button class="close" type="button" @click=${() => this.#show([])}>Close the comparison</button>
        <lab-compare .runs=${this.compared} .study=${this.studies.get(this.compared[0]!.run.study)}></lab-compare>`
          : nothing
      }
      ${this.#dialog()}</div>`;
  }

  #actions(): TemplateResult {
    const chosen = this.#chosenRuns();
    const why = this.#whyNotCompare(chosen);
    return html`<div class="actions">
      <button type="button" ?disabled=${why !== ''} aria-describedby="why" @click=${() => this.#try('The runs cannot be compared', () => this.#compare(chosen))}>Compare</button>
      <button type="button" ?disabled=${chosen.length === 0} @click=${() => this.#try('A run cannot be exported', () => this.#export(chosen))}>Export (JSON)</button>
      <label class="small"><input type="checkbox" class="own"> with my data files</label>
      <button type="button" ?disabled=${chosen.length === 0} @click=${() => this.#ask(chosen)}>Delete…</button>
      <button type="button" ?disabled=${!this.runs} @click=${() => this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')!.click()}>Import…</button>
      <input hidden type="file" multiple accept=".json,application/json" aria-label="Run files" @change=${this.#picked}>
      <span id="why" class="small muted">${this.runs?.length ? why : ''}</span></div>`;
  }

  #list(): TemplateResult | typeof nothing {
    const { runs, trained, chosen, studies } = this;
    if (!runs) return nothing;
    if (runs.length === 0)
      return html`<div class="empty"><p>No run is kept yet.</p>
      <p>Run an <a href="../">study</a>: it is kept by itself. Or import a run: the button above, or drop its file here.</p></div>`;
    return runTable({ runs, trained, chosen, studies, choose: (ids, on) => this.#choose(ids, on) });
  }

  #dialog(): TemplateResult {
    const close = (): void => this.renderRoot.querySelector('dialog')?.close();
    const remove = (): void => {
      const runs = this.asking;
      close();
      void this.#try('A run cannot be deleted', () => this.#delete(runs));
    };
    return html`<dialog aria-labelledby="sure" @close=${() => {
      this.asking = [];
    }}>
      <h2 id="sure">Delete ${runsText(this.asking.length)}?</h2>
      <ul>${this.asking.slice(0, 5).map((r) => html`<li>${r.name}</li>`)}</ul>
      ${this.asking.length > 5 ? html`<p>and ${this.asking.length - 5} more.</p>` : nothing}
      <p>This cannot be undone. An exported file can be imported again.</p>
      <div class="actions"><button type="button" autofocus @click=${close}>Keep</button>
        <button type="button" class="primary" @click=${remove}>Delete</button></div></dialog>`;
  }

  #chosenRuns(): readonly KeptRun[] {
    return this.runs?.filter((r) => this.chosen.has(r.id)) ?? [];
  }

  #whyNotCompare(runs: readonly KeptRun[]): string {
    if (runs.length < 2) return 'To compare, choose two or more runs of one study.';
    if (runs.length > MOST_COMPARED) return `At most ${MOST_COMPARED} runs can be told apart in one chart.`;
    return runs.some((r) => r.study !== runs[0]!.study) ? 'Only runs of one study can be compared.' : '';
  }

  #choose(ids: readonly string[], on: boolean): void {
    const chosen = new Set(this.chosen);
    for (const id of ids)
      if (on) chosen.add(id);
      else chosen.delete(id);
    this.chosen = chosen;
  }

  /** Storage that refuses, and a file that is wrong, become notices; whatever else is wrong is a fault of the page. */
  async #try(title: string, work: () => Promise<void>, before: readonly Problem[] = []): Promise<void> {
    this.problems = before;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.problems = [{ title, text: error.message }];
    }
  }

  #open(): Promise<IdbStore> {
    return (this.#store ??= openStore(this.database).catch((error: unknown) => {
      this.#store = undefined;
      throw error;
    }));
  }

  async #refresh(): Promise<void> {
    const store = await this.#open();
    const [runs, trained] = [await store.list(), await store.training()];
    this.damaged = await store.damaged();
    const ids = new Set(runs.map((r) => r.id));
    this.chosen = new Set([...this.chosen].filter((id) => ids.has(id)));
    [this.runs, this.trained] = [runs, trained];
    await Promise.all([this.#load(), this.#estimate()]);
  }

  /** Studies of the runs there are, for links and charts; runs from before there were studies get theirs. */
  async #load(): Promise<void> {
    const studies = new Map(this.studies);
    const unknown = new Map<string, string>();
    const placed = (this.runs ?? []).map(async (run): Promise<KeptRun> => {
      try {
        const { study, preset, config } = await presentRun(this.entries, run);
        studies.set(study.path, study);
        return Object.assign({}, run, { study: study.path, preset, config });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        unknown.set(run.id, error.message);
        return run; // of another build: it is listed all the same
      }
    });
    this.runs = await Promise.all(placed);
    this.#unknown = unknown;
    this.studies = studies;
  }

  async #estimate(): Promise<void> {
    const { usage, quota } = (await navigator.storage?.estimate().catch(() => ({}) as StorageEstimate)) ?? {};
    this.usage =
      usage === undefined
        ? ''
        : `This site stores ${formatBytes(usage)}${quota ? ` of the ${formatBytes(quota)} that the browser allows` : ''}.`;
  }

  async #compareLink(ids: readonly string[]): Promise<void> {
    const runs = ids.flatMap((id) => this.runs?.find((r) => r.id === id) ?? []);
    const lost = ids.length - runs.length;
    const why =
      lost > 0
        ? `${runsText(lost)} of those that the link names ${lost === 1 ? 'is' : 'are'} not kept in this browser. ` +
          `Runs stay on the machine that made them: export them there and import them here.`
        : this.#whyNotCompare(runs);
    this.chosen = new Set(runs.map((r) => r.id));
    if (why) this.problems = [{ title: 'This link cannot be shown', text: why }];
    if (this.#whyNotCompare(runs) === '') await this.#compare(runs);
  }

  /** Letters go by age, so that A was there first. */
  async #compare(runs: readonly KeptRun[]): Promise<void> {
    const store = await this.#open();
    const ordered = runs.toSorted((a, b) => Date.parse(a.date) - Date.parse(b.date));
    this.#show(
      await Promise.all(
        ordered.map(async (run, i) => ({ letter: letterOf(i), run, rows: await store.rows(run.id), problem: this.#unknown.get(run.id) })),
      ),
    );
    await this.updateComplete;
    this.renderRoot
      .querySelector('.close')
      ?.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth' });
  }

  #show(compared: readonly Compared[]): void {
    this.compared = compared;
    const query = new URLSearchParams(location.search);
    if (compared.length > 0) query.set('compare', compared.map((c) => c.run.id).join(','));
    else query.delete('compare');
    history.replaceState(null, '', `${location.pathname}${query.size > 0 ? `?${query.toString().replaceAll('%2C', ',')}` : ''}`);
  }

  async #export(runs: readonly KeptRun[]): Promise<void> {
    const store = await this.#open();
    const own = this.renderRoot.querySelector<HTMLInputElement>('.own')!.checked;
    let withFiles = 0;
    for (const run of runs) withFiles += Number(await exportRun(store, run, own));
    const files = withFiles === 0 ? '' : own ? ', with your data files inside' : ', without your data files';
    this.said = `${runsText(runs.length)} exported${files}.`;
  }

  async #ask(runs: readonly KeptRun[]): Promise<void> {
    const free = runs.filter((r) => !this.trained.has(r.id));
    const busy = runs.length - free.length;
    if (busy > 0)
      this.said = `${runsText(busy)} of those chosen ${busy === 1 ? 'is' : 'are'} being trained and will not be deleted: stop it on its page first.`;
    if (free.length === 0) return;
    await this.#sure(free.map(asked));
  }
  async #sure(all: readonly Asked[]): Promise<void> {
    this.asking = all;
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')!.showModal();
  }

  async #delete(runs: readonly Asked[]): Promise<void> {
    const store = await this.#open();
    for (const { id } of runs) await store.remove(id);
    const ids = new Set(runs.map((r) => r.id));
    if (this.compared.some((c) => ids.has(c.run.id))) this.#show([]);
    this.said = `${runsText(runs.length)} deleted.`;
    await this.#refresh();
    this.renderRoot.querySelector<HTMLElement>('.said')!.focus(); // the button may be disabled now
  }

  readonly #picked = (e: Event): void => {
    const input = e.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = ''; // so that the same file can be chosen again
    void this.#import(files);
  };

  #import(files: readonly File[]): Promise<void> {
    return this.#try('The files cannot be imported', async () => {
      const results = await importRuns(await this.#open(), files);
      const refused = results.filter((r): r is typeof r & { problem: string } => r.problem !== undefined);
      this.problems = refused.map(({ file, problem }) => ({
        title: `‘${file}’ was not imported`,
        text: `${problem.replace(/\.$/, '')}. Nothing else is affected.`,
      }));
      this.said = `${runsText(results.filter((r) => r.run).length)} imported.`;
      await this.#refresh();
    });
  }

  readonly #drag = (e: DragEvent): void => {
    if (!carriesFiles(e)) return;
    e.preventDefault(); // else the browser leaves the page for the file
    this.dropping = e.type === 'dragover';
    if (e.type === 'drop' && e.dataTransfer && this.runs) void this.#import([...e.dataTransfer.files]);
  };

  /** Runs may have come, gone or ended in other tabs. */
  readonly #seen = (): void => {
    if (document.visibilityState === 'visible' && this.runs)
      void this.#try('The kept runs cannot be shown', () => this.#refresh(), this.problems);
  };
}
customElements.define('lab-runs', LabRuns);
