/**
 * <lab-bench>: how fast kernels and training steps run on this adapter, each checked against its oracle before it is timed, with all of it as
 * Markdown and JSON. `open` gives it a worker that runs hostBench; `run`, `stop`, `state` and `benchReport` are also how a shell drives it.
 */
import { describeError, type RunError } from '../lab/run';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { toJson } from '../lab/bundle';
import type { ToBenchPage, ToBenchWorker } from '../lab/worker/benchHost';
import { type Port } from '../lab/worker/protocol';
import { compare, readReport, type Comparison, type EarlierReport } from '../measure/bench/compare';
import { BenchRecord } from '../measure/bench/record';
import type { BenchOptions, BenchReport, SetName } from '../measure/bench/report';
import { markdown } from '../measure/bench/text';
import { benchFacts, benchTables } from './benchTables';
import { formatSeconds } from './format';
import { failureNotice, noticeStyles } from './notices';
import { save } from './save';
import { base, forms, tables } from './styles';

export type BenchState = 'idle' | 'running' | 'stopping' | 'done' | 'failed';
const ADVICE = 'The rows measured before it stand, and can be copied. Run starts again, on a fresh device.';

export class LabBench extends LitElement {
  static override styles = [
    base,
    forms,
    tables,
    noticeStyles,
    css`
    h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
    .lead { max-width: 44rem; }
    section { margin-top: 1.5rem; }
    .bar { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-bottom: 0.75rem; }
    .bar label { display: inline-flex; gap: 0.4rem; align-items: center; min-width: 0; max-width: 100%; }
    .bar input[type=text] { min-width: 0; max-width: 100%; }
    fieldset.bar legend { float: inline-start; padding-inline-end: 0.25rem; }
    progress { accent-color: var(--accent); width: 12rem; max-width: 100%; }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 1rem; margin: 0; overflow-wrap: anywhere; }
    dt { color: var(--muted); }
    dd { margin: 0; }
    .tall { max-height: none; }
    th:first-child, td.words, th.words { text-align: start; }
    tbody th { font-weight: inherit; position: static; }
    tr.wrong > * { color: var(--bad); font-weight: 650; }
    tr.faster > * { color: var(--good); }
    tr.slower > * { color: var(--bad); }
    textarea { width: 100%; height: 8rem; font: 0.85rem/1.4 ui-monospace, monospace; color: inherit; background: var(--bg); border: 1px solid var(--edge); }
    @media (max-width: 36rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: 0.35rem; } }
  `,
  ];
  static override properties = {
    state: { state: true },
    report: { state: true },
    failure: { state: true },
    earlier: { state: true },
    unreadable: { state: true },
    said: { state: true },
    offered: { state: true },
  };
  declare state: BenchState;
  /** Of the current or last run; undefined before the first. */
  declare report: BenchReport | undefined;
  declare failure: RunError | undefined;
  /** What to compare with. */
  declare earlier: EarlierReport | undefined;
  declare unreadable: RunError | undefined;
  /** What was copied last. */
  declare said: string;
  /** Text that the browser did not allow to copy. */
  declare offered: string | undefined;
  /** Version or commit, for the report. */
  build = 'development';
  #port: Port | undefined;
  #record: BenchRecord | undefined;

  constructor() {
    super();
    [this.state, this.said] = ['idle', ''];
  }

  /** Measures nothing by itself. */
  open(port: Port): void {
    this.#port = port;
    port.addEventListener('message', (event: MessageEvent<ToBenchPage>) => this.#receive(event.data));
  }
  /** The worker itself broke. */
  fail(error: RunError): void {
    [this.failure, this.state] = [error, 'failed'];
  }
  run(options: BenchOptions): void {
    if (this.busy || !this.#port) return;
    this.#record = new BenchRecord(options, { build: this.build, date: new Date().toISOString(), host: navigator.userAgent });
    [this.report, this.failure, this.state, this.said, this.offered] = [this.#record.report, undefined, 'running', '', undefined];
    this.#send({ type: 'run', options });
  }
  /** After the case that is being measured. */
  stop(): void {
    if (this.state !== 'running') return;
    this.state = 'stopping';
    this.#send({ type: 'stop' });
  }
  get busy(): boolean {
    return this.state === 'running' || this.state === 'stopping';
  }
  /** Case that is being measured, of how many. */
  get progress(): { readonly at: number; readonly of: number; readonly label: string } {
    const { cases = [], at = 0 } = this.#record ?? {};
    return { at, of: cases.length, label: cases[at] ?? '' };
  }
  get comparison(): Comparison | undefined {
    return this.earlier && this.report && compare(this.earlier, this.report);
  }

  #send(message: ToBenchWorker): void {
    this.#port?.postMessage(message, []);
  }

  #receive(message: ToBenchPage): void {
    const record = this.#record;
    if (!record) return;
    switch (message.type) {
      case 'done':
        record.end(message.complete, message.ms / 1000);
        this.state = 'done';
        break;
      case 'error':
        record.end(false, message.ms / 1000);
        this.fail(message.error);
        break;
      default:
        record.take(message);
    }
    this.report = record.report;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { report, failure } = this;
    return html`
      <h1>Bench</h1>
      <p class="lead">How fast this project's kernels and training steps run on this device, in this browser. Every result is compared with a float64 oracle first: what is
        wrong is not timed. The roofs are measured here too, by a copy and by multiply-adds that stay in registers, so that a share says how much of this adapter is used.</p>
      <p class="lead"><b>Without a GPU, WebGPU is the wrong tool.</b> On a software adapter, WebAssembly libraries are many times faster than any WebGPU library, this one
        included. Figures from such an adapter compare kernels with each other, and nothing else.</p>
      ${this.#controls()}
      ${failure ? failureNotice(failure, 0, ADVICE) : nothing}
      <p role="status">${this.state === 'done' && report ? `${report.complete ? 'Done' : 'Stopped'} after ${formatSeconds(report.seconds)}: ${report.rows.length} row${report.rows.length === 1 ? '' : 's'}.` : ''}</p>
      ${report ? html`${this.#sharing()}<section><h2>Where</h2>${benchFacts(report)}</section>${benchTables(report, this.comparison)}${this.#explanation()}` : nothing}`;
  }

  #controls(): TemplateResult {
    const { at, of, label } = this.progress;
    const radio = (value: SetName, text: string): TemplateResult =>
      html`<label><input type="radio" name="set" value=${value} ?checked=${value === 'quick'} ?disabled=${this.busy}>${text}</label>`;
    return html`
      <form @submit=${this.#submit}>
        <fieldset class="bar"><legend>Cases</legend>${radio('quick', 'quick: a minute or two without a GPU')}${radio('full', 'full: every shape and every variant')}</fieldset>
        <div class="bar">
          <label>Only with <input type="text" name="filter" size="16" placeholder="matmul" ?disabled=${this.busy}></label>
          <label><input type="checkbox" name="big" ?disabled=${this.busy}>Big shapes also without a GPU</label>
        </div>
        <div class="bar">
          ${
            this.busy
              ? html`<button type="button" class="primary" ?disabled=${this.state === 'stopping'} @click=${() => this.stop()}>Stop</button>
              <progress aria-label="Cases measured" max=${Math.max(1, of)} .value=${at}></progress>
              <span class="small number">${of > 0 ? `${at + 1} of ${of}: ${label}` : 'Starting'}</span>`
              : html`<button class="primary">Run</button>`
          }
        </div>
      </form>`;
  }

  #sharing(): TemplateResult {
    return html`<div class="bar">
        <button @click=${() => this.#copy('Markdown', markdown(this.report!, this.comparison))}>Copy as Markdown</button>
        <button @click=${() => this.#copy('JSON', toJson(this.report))}>Copy as JSON</button>
        <button @click=${() => save('overparam-bench.json', new Blob([toJson(this.report)], { type: 'application/json' }))}>Save JSON</button>
        <span class="small" role="status">${this.said}</span>
      </div>
      ${
        this.offered === undefined
          ? nothing
          : html`<p><label for="offered">The browser did not allow copying. The text is selected here: copy it with the keyboard or the menu.</label></p>
        <textarea id="offered" readonly spellcheck="false" .value=${this.offered}></textarea>`
      }
      <details><summary>Compare with an earlier report</summary>
        <p><label for="earlier">Its JSON:</label></p><textarea id="earlier" spellcheck="false"></textarea>
        <div class="bar"><button @click=${this.#compare}>Compare</button></div>
        ${this.unreadable ? html`<p role="alert">${this.unreadable.message}. Nothing was compared.</p>` : nothing}
      </details>
      ${this.comparison?.warnings.map((w) => html`<p class="small">Compared with an earlier report: ${w}.</p>`) ?? nothing}`;
  }

  #explanation(): TemplateResult {
    return html`<section><h2>How to read it</h2>
      <p class="lead">Time is the median of n samples; the middle half is the range from the lower to the upper quartile. Repetitions follow each other on the same data, so
        small operands come from a cache, which may be faster than the memory roof. Bytes are the least that must be moved. Training steps are timed from outside, by the
        slope over the number of steps, with everything that a trainer does for them; “the GPU alone” replays the same dispatches.</p>
      <p class="lead">Large results are checked in part: whole rows, or blocks of a product, from the first to the last. A comparison names a change only where the
        medians differ by more than both middle halves together; else none was shown, which is not to say that there is none.</p></section>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    this.run({
      set: data.get('set') === 'full' ? 'full' : 'quick',
      filter: String(data.get('filter') ?? '').trim(),
      big: data.get('big') === 'on',
    });
  };

  readonly #compare = (): void => {
    const text = this.renderRoot.querySelector<HTMLTextAreaElement>('#earlier')!.value;
    try {
      [this.earlier, this.unreadable] = [readReport(text), undefined];
    } catch (error) {
      [this.earlier, this.unreadable] = [undefined, describeError(error)];
    }
  };

  async #copy(what: string, text: string): Promise<void> {
    this.offered = undefined;
    try {
      await navigator.clipboard.writeText(text);
      this.said = `Copied as ${what}`;
    } catch {
      // no permission, or no clipboard at all
      [this.said, this.offered] = ['', text];
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLTextAreaElement>('#offered')?.select();
    }
  }
}
customElements.define('lab-bench', LabBench);
