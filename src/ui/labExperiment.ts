/**
 * <lab-experiment>: the page of an experiment. `open` gives it one and a worker to run it in. For headless runs it has, beside what a
 * reader can click: `preset`, `config`, setPreset, setConfig, start, abort, exportPngs, and read-only `state`, `progress`, `rows`,
 * `verdicts`, `error`, `adapter`, `seconds`.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { ConfigError } from '../core/errors';
import type { Config, Experiment, ProgressRow, Row } from '../lab/experiment';
import { judge, type ClaimVerdict } from '../lab/judge';
import { fromQuery, toQuery } from '../lab/query';
import { differences, parseConfig, presetConfig } from '../lab/schema';
import { RunClient, type RunState } from '../lab/worker/client';
import { describeError, type AdapterInfo, type RunError } from '../lab/worker/protocol';
import { exportPngs, saveCsv, saveJson, savePngs, type NamedPng } from './downloads';
import { pageStyles } from './labExperiment.styles';
import { LabControls, type SettingsEvent } from './labControls';
import type { Command, CommandEvent } from './labRunBar';
import { eventNotices, failureNotice, linkNotice, softwareNotice } from './notices';
import { describe, viewElements, type Description } from './views';
import './labRunBar';
import './labVerdicts';

/** The preset that a page starts with, by whether the adapter is software. */
const FIRST = { hardware: 'quick', software: 'smoke' } as const;

export class LabExperiment extends LitElement {
  static override styles = pageStyles;
  static override properties = { experiment: { state: true }, preset: { state: true }, config: { state: true }, linkError: { state: true }, changes: { state: true }, copied: { state: true } };
  declare experiment: Experiment | undefined;
  declare preset: string;
  declare config: Config;
  /** What is wrong with the link this page was opened by. */
  declare linkError: RunError | undefined;
  /** Counts changes of the client. */
  declare changes: number;
  declare copied: boolean;
  /** Version or commit, for exports. */
  build = 'development';

  #client: RunClient | undefined;
  #verdicts: readonly ClaimVerdict[] | undefined;
  #described: Description | undefined;
  /** Whether the reader, or a link, chose the settings: then no adapter changes them. */
  #chosen = false;

  constructor() {
    super();
    this.changes = 0;
    this.copied = false;
    this.addEventListener('settings', (e) => this.#settings((e as SettingsEvent).config));
  }

  open(experiment: Experiment, worker: Worker): void {
    this.experiment = experiment;
    const client = new RunClient(worker, () => this.#changed());
    worker.addEventListener('error', (e) => client.fail({ name: 'WorkerError', message: e.message || 'the worker script did not load' }));
    this.#client = client;
    this.#verdicts = undefined;
    this.#readLink(experiment);
  }

  get state(): RunState { return this.#client?.state ?? 'idle'; }
  get progress(): ProgressRow | undefined { return this.#client?.progress; }
  get rows(): readonly Row[] { return this.#client?.rows ?? []; }
  get verdicts(): readonly ClaimVerdict[] | undefined { return this.#verdicts; }
  get error(): RunError | undefined { return this.#client?.error; }
  get adapter(): AdapterInfo | undefined { return this.#client?.adapter; }
  /** Running time, pauses left out. */
  get seconds(): number { return this.#client?.seconds ?? 0; }

  /** Throws ConfigError for a preset that does not exist. */
  setPreset(name: string): void {
    if (!this.experiment) return;
    this.config = presetConfig(this.experiment, name);
    this.preset = name;
    this.#settings(this.config);
  }
  /** Changes some settings. Throws ConfigError, and changes nothing, where one is unknown or not allowed. */
  setConfig(changes: Config): void {
    if (this.experiment) this.#settings(parseConfig(this.experiment.config, changes, this.config));
  }
  /** `paused`: waits for a step. */
  start(paused = false): void {
    if (!this.experiment || !this.#client) return;
    this.#verdicts = undefined;
    this.#client.start(this.experiment.id, this.config, paused);
  }
  abort(): void { this.#client?.abort(); }
  /** Every chart as it is now, at 2×. */
  exportPngs(): Promise<readonly NamedPng[]> { return exportPngs(this.renderRoot); }

  #readLink(experiment: Experiment): void {
    this.linkError = undefined;
    const query = location.search.slice(1);
    try {
      const { preset, config } = fromQuery(experiment, query, FIRST.hardware);
      [this.preset, this.config, this.#chosen] = [preset, config, query !== ''];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.linkError = describeError(error);
      [this.preset, this.config, this.#chosen] = [FIRST.hardware, presetConfig(experiment, FIRST.hardware), false];
    }
  }

  #settings(config: Config): void {
    this.config = config;
    this.#chosen = true;
    this.linkError = undefined;
    if (this.experiment) history.replaceState(null, '', `?${toQuery(this.experiment, { preset: this.preset, config })}`);
  }

  #changed(): void {
    const { experiment } = this;
    const client = this.#client!;
    if (client.state === 'idle') this.#verdicts = undefined;
    if (experiment && client.state === 'done') this.#verdicts ??= judge(experiment, client.table, client.config!);
    if (experiment && client.adapter?.software && !this.#chosen && client.state === 'idle' && this.preset !== FIRST.software) {
      this.preset = FIRST.software;
      this.config = presetConfig(experiment, FIRST.software);
    }
    this.changes++;
  }

  #command(command: Command): void {
    const client = this.#client!;
    const controls = this.renderRoot.querySelector('lab-controls');
    const begins = command === 'run' || (command === 'step' && !client.active);
    if (begins && controls instanceof LabControls && Object.keys(controls.problems).length > 0) return controls.showProblem();
    switch (command) {
      case 'run': return this.start();
      case 'pause': return client.pause();
      case 'resume': return client.resume();
      case 'step':
        if (!client.active) this.start(true);
        return client.step();
      case 'reset': return client.reset();
      case 'seed': return this.#newSeed();
    }
  }

  #newSeed(): void {
    const field = this.experiment?.config['seed'];
    if (field?.kind !== 'number') return;
    const span = Math.floor((field.max - field.min) / field.step) + 1;
    this.#client!.reset();
    this.setConfig({ seed: field.min + field.step * (crypto.getRandomValues(new Uint32Array(1))[0]! % span) });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { experiment } = this;
    const client = this.#client;
    if (!experiment || !client) return nothing;
    const shown = this.#describe(experiment, client.config ?? this.config);
    const views = viewElements(shown, client.table);
    const stale = client.config !== undefined && Object.keys(differences(this.config, client.config)).length > 0;
    return html`
      ${this.#head(experiment, shown)}
      <div class="columns">
        <section class="settings" aria-label="Settings">
          ${this.#presets(experiment)}
          <lab-controls .schema=${experiment.config} .config=${this.config}></lab-controls>
        </section>
        <div class="results">
          <lab-run-bar .client=${client} .version=${this.changes} ?seeded=${experiment.config['seed']?.kind === 'number'} @command=${(e: CommandEvent) => this.#command(e.command)}></lab-run-bar>
          ${this.#notices(client)}
          ${stale ? html`<p class="small muted" role="status">The settings have changed since this run; they take effect with the next one.</p>` : nothing}
          ${views[0] ?? nothing}
        </div>
      </div>
      <section><lab-verdicts .claims=${shown.claims} .verdicts=${this.#verdicts}></lab-verdicts></section>
      ${views.length > 1 ? html`<section class="grid" aria-label="Further measurements">${views.slice(1)}</section>` : nothing}
      <section class="explanation">${unsafeHTML(experiment.explanation)}</section>
      ${this.#foot(experiment, client)}`;
  }

  #head(experiment: Experiment, { claims }: Description): TemplateResult {
    return html`
      <h1>${experiment.title}</h1>
      <p class="question">${experiment.question}</p>
      <ul class="claims">${claims.map((c) => html`<li>${c.says} <span class="muted small">(${c.source})</span></li>`)}</ul>
      <p class="small">Sources: ${experiment.sources.map((s, i) => html`${i > 0 ? ', ' : ''}<a href=${s.url}>${s.label}</a>`)}</p>`;
  }

  /** Of the settings that the page shows results for. */
  #describe(experiment: Experiment, config: Config): Description {
    if (this.#described?.config !== config) this.#described = describe(experiment, config);
    return this.#described;
  }

  #presets(experiment: Experiment): TemplateResult {
    return html`<fieldset class="presets"><legend>Preset</legend>
      ${Object.entries(experiment.presets).map(([name, p]) => html`<label><input type="radio" name="preset" value=${name} .checked=${name === this.preset} @change=${() => this.setPreset(name)}>
        <span>${p.label}${p.time ? html` <span class="small muted">${p.time}</span>` : nothing}</span></label>`)}</fieldset>`;
  }

  #notices(client: RunClient): readonly (TemplateResult | typeof nothing)[] {
    const label = this.experiment!.presets[this.preset]!.label;
    return [
      this.linkError ? linkNotice(this.linkError) : nothing,
      client.adapter?.software ? softwareNotice(client.adapter, label) : nothing,
      client.error ? failureNotice(client.error, client.table.points.length) : nothing,
      ...eventNotices(client.events),
    ];
  }

  #foot(experiment: Experiment, client: RunClient): TemplateResult {
    const empty = client.rows.length === 0;
    const facts = () => ({
      preset: this.preset, config: client.config ?? this.config, verdicts: this.#verdicts ?? [], adapter: client.adapter ?? { name: 'none', software: false },
      date: new Date().toISOString(), build: this.build, seconds: client.seconds,
    });
    return html`<section class="save" aria-label="Save and share">
      <button type="button" ?disabled=${empty} @click=${() => saveCsv(experiment, client.table)}>Numbers (CSV)</button>
      <button type="button" ?disabled=${empty} @click=${() => saveJson(experiment, client.table, facts())}>Run (JSON)</button>
      <button type="button" @click=${() => savePngs(experiment, this.renderRoot)}>Charts (PNG)</button>
      <button type="button" @click=${() => this.#copyLink(experiment)}>Copy link</button>
      <span class="small" role="status">${this.copied ? 'Link copied: it holds the preset, the changed settings and the seed.' : ''}</span>
    </section>`;
  }

  async #copyLink(experiment: Experiment): Promise<void> {
    await navigator.clipboard.writeText(new URL(`?${toQuery(experiment, { preset: this.preset, config: this.config })}`, location.href).href);
    this.copied = true;
  }
}
customElements.define('lab-experiment', LabExperiment);
