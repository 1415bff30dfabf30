/**
 * <lab-device>: what the adapter offers, what the engine asks of it, and the self-test of every kernel, with all of it as JSON. `open`
 * gives it a worker that runs hostDevice.
 */
import type { RunError } from '../lab/run';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { toJson } from '../lab/bundle';
import type { ToDevicePage, ToDeviceWorker } from '../lab/worker/deviceHost';
import type { Port } from '../lab/worker/protocol';
import type { AdapterReport } from '../runtime/adapterReport';
import type { KernelResult } from '../runtime/kernelCheckSelf';
import { adapterFacts, failureList, featureList, limitsTable, resultsTable, summaryOf } from './deviceTables';
import { failureNotice, noticeStyles } from './notices';
import { save } from './save';
import { base, forms, tables } from './styles';

/** What the page copies and saves. */
export interface DeviceReport {
  readonly format: 'overparam-device';
  readonly version: 1;
  readonly build: string;
  /** ISO 8601, UTC: when the JSON was made. */
  readonly date: string;
  readonly userAgent: string;
  /** Undefined where there is none, or before it has answered; then `errors` may say why. */
  readonly adapter: AdapterReport | undefined;
  /** Undefined before the first test. `complete`: all of `kernels` were tested. */
  readonly selfTest:
    | { readonly kernels: readonly string[]; readonly complete: boolean; readonly results: readonly KernelResult[] }
    | undefined;
  readonly errors: readonly RunError[];
}

/** Nothing here needs saving before another try. */
const ADVICE = 'What is shown stands, and can be copied. Mend the cause and reload the page to ask again.';

export class LabDevice extends LitElement {
  static override styles = [
    base,
    forms,
    tables,
    noticeStyles,
    css`
    h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
    h3 { font-size: 1rem; margin: 0.75rem 0 0.25rem; }
    .lead { max-width: 42rem; }
    section { margin-top: 1.5rem; }
    .bar { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin-bottom: 0.75rem; }
    progress { accent-color: var(--accent); width: 12rem; max-width: 100%; }
    dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 1rem; margin: 0; overflow-wrap: anywhere; }
    dt { color: var(--muted); }
    dd { margin: 0; }
    .tall { max-height: none; }
    th:first-child, td:first-child, th:last-child, td:last-child { text-align: start; }
    tbody th { font-weight: inherit; position: static; }
    .passed { color: var(--good); font-weight: 650; }
    .failed { color: var(--bad); font-weight: 650; }
    .sign { display: inline-block; width: 1.2em; }
    ul { margin: 0; padding-inline-start: 1.2rem; columns: 16rem; overflow-wrap: anywhere; }
    pre {
      margin: 0; padding: 0.5rem; background: var(--surface); border-inline-start: 0.25rem solid var(--bad); max-height: 20rem; overflow: auto; white-space: pre-wrap;
      overflow-wrap: anywhere; font-size: 0.85rem;
    }
    textarea { width: 100%; height: 12rem; font: 0.85rem/1.4 ui-monospace, monospace; color: inherit; background: var(--bg); border: 1px solid var(--edge); }
    @media (max-width: 36rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: 0.35rem; } }
  `,
  ];
  static override properties = {
    report: { state: true },
    kernels: { state: true },
    results: { state: true },
    testing: { state: true },
    ms: { state: true },
    failures: { state: true },
    copied: { state: true },
  };
  declare report: AdapterReport | undefined;
  /** Of the current or last self-test, in order; undefined before the first. */
  declare kernels: readonly string[] | undefined;
  declare results: readonly KernelResult[];
  declare testing: boolean;
  /** What the last complete self-test took. */
  declare ms: number | undefined;
  /** What ended the description or the test. */
  declare failures: { readonly describe?: RunError; readonly selfTest?: RunError };
  declare copied: 'no' | 'copied' | 'refused';
  /** Version or commit, for the JSON. */
  build = 'development';
  #port: Port | undefined;

  constructor() {
    super();
    [this.results, this.testing, this.failures, this.copied] = [[], false, {}, 'no'];
  }

  /** Asks for the adapter at once; tests nothing by itself. */
  open(port: Port): void {
    this.#port = port;
    port.addEventListener('message', (event: MessageEvent<ToDevicePage>) => this.#receive(event.data));
    this.#send('describe');
  }
  /** The worker itself broke. */
  fail(error: RunError): void {
    this.failures = { ...this.failures, [this.testing ? 'selfTest' : 'describe']: error };
    this.testing = false;
  }
  selfTest(): void {
    if (this.testing) return;
    [this.testing, this.results, this.kernels, this.ms, this.copied] = [true, [], undefined, undefined, 'no'];
    this.failures = this.failures.describe ? { describe: this.failures.describe } : {};
    this.#send('selfTest');
  }
  /** As it stands now. */
  get deviceReport(): DeviceReport {
    const { build, report, kernels, results, ms, failures } = this;
    return {
      format: 'overparam-device',
      version: 1,
      build,
      date: new Date().toISOString(),
      userAgent: navigator.userAgent,
      adapter: report,
      selfTest: kernels && { kernels, complete: ms !== undefined, results },
      errors: Object.values(failures),
    };
  }

  #send(type: ToDeviceWorker['type']): void {
    this.#port?.postMessage({ type } satisfies ToDeviceWorker, []);
  }

  #receive(message: ToDevicePage): void {
    this.copied = 'no';
    switch (message.type) {
      case 'adapter':
        this.report = message.report;
        return;
      case 'testing':
        this.kernels = message.kernels;
        return;
      case 'result':
        this.results = [...this.results, message.result];
        return;
      case 'tested':
        [this.testing, this.ms] = [false, message.ms];
        return;
      case 'error':
        this.failures = { ...this.failures, [message.during]: message.error };
        if (message.during === 'selfTest') this.testing = false;
    }
  }

  protected override render(): TemplateResult {
    const { report, failures } = this;
    return html`
      <h1>This device</h1>
      <p class="lead">What this browser's GPU offers, what the engine asks of it, and whether every kernel computes on it what float64 says. Nothing leaves this page
        unless you copy or save it.</p>
      <div class="bar">
        <button @click=${this.#copy}>Copy as JSON</button><button @click=${this.#save}>Save JSON</button>
        <span class="small" role="status">${this.copied === 'copied' ? 'Copied' : ''}</span>
      </div>
      ${
        this.copied === 'refused'
          ? html`<p><label for="json">The browser did not allow copying. The text is selected here: copy it with the keyboard or the menu.</label></p>
        <textarea id="json" readonly spellcheck="false" .value=${toJson(this.deviceReport)}></textarea>`
          : nothing
      }
      ${failures.describe ? failureNotice(failures.describe, 0, ADVICE) : nothing}
      <section><h2>Adapter</h2>${report ? adapterFacts(report) : html`<p role="status" class="muted">${failures.describe ? 'No adapter' : 'Asking the browser…'}</p>`}</section>
      ${this.#test()}
      ${report ? html`<section><h2>Limits</h2>${limitsTable(report)}</section><section><h2>Features</h2>${featureList(report)}</section>` : nothing}`;
  }

  #test(): TemplateResult {
    const {
      kernels,
      results,
      testing,
      failures: { selfTest: failure },
    } = this;
    return html`<section><h2>Self-test</h2>
      <p class="lead">Runs every kernel, alone, for one model and for three at once, and compares each value with a float64 oracle: random reals must stay within the rounding
        error's bound, small whole numbers must come out exactly. A few seconds on a GPU, up to half a minute without one.</p>
      <div class="bar">
        <button class="primary" ?disabled=${testing || !this.report} @click=${() => this.selfTest()}>Run the self-test</button>
        ${
          testing
            ? html`<progress aria-label="Kernels tested" max=${kernels?.length ?? 1} .value=${results.length}></progress>
          <span class="small number">${kernels ? `${results.length} of ${kernels.length} kernels` : 'Starting'}</span>`
            : nothing
        }
      </div>
      ${failure ? failureNotice(failure, 0, ADVICE) : nothing}
      ${failure && results.length > 0 ? html`<p>What was tested before it (${results.length} of ${kernels?.length} kernels) stands, and is in the JSON.</p>` : nothing}
      <p role="status">${this.ms === undefined ? '' : summaryOf(results, this.ms)}</p>
      ${kernels ? resultsTable(kernels, results, testing) : nothing}
      ${failureList(results)}
    </section>`;
  }

  readonly #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(toJson(this.deviceReport));
      this.copied = 'copied';
    } catch {
      // no permission, or no clipboard at all
      this.copied = 'refused';
      await this.updateComplete;
      const text = this.renderRoot.querySelector('textarea');
      text?.focus();
      text?.select();
    }
  };

  readonly #save = (): void => save('overparam-device.json', new Blob([toJson(this.deviceReport)], { type: 'application/json' }));
}
customElements.define('lab-device', LabDevice);
