/**
 * <lab-study>: the page of a phenomenon, showing one of its studies. `open` gives it the phenomenon and a worker to run it in; the address
 * names the study. For headless runs it has, beside what a reader can click: `preset`, `config`, setPreset, setConfig, setInputs, start, resume, abort, exportPngs, and read-only `state`, `progress`,
 * `over`, `rows`, `verdicts`, `error`, `adapter`, `seconds`, `live`, `artifacts`.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { StorageError } from '../core/errors';
import { referencesOf } from '../lab/reference';
import { describeError, type AdapterInfo, type LiveChange, type RunError } from '../lab/run';
import { differences, isPreset, parseConfig, presetConfig, presetNamed } from '../lab/schema';
import {
  titleOf,
  type ArtifactRow,
  type ClaimVerdict,
  type Config,
  type Inputs,
  type Phenomenon,
  type PresetName,
  type ProgressRow,
  type Reference,
  type Row,
  type Study,
} from '../lab/study';
import { openStore } from '../lab/store/store';
import type { KeptRun } from '../lab/store/types';
import { RunClient, type Computed, type Inspected, type RunState } from '../lab/worker/client';
import { exportPngs, type NamedPng } from './downloads';
import type { PageFacts } from './pageFacts';
import { explained, foot, head, notices, presets } from './studyPage';
import { pageStyles } from './labStudy.styles';
import { LabChart } from './labChart';
import { LabHeatmap } from './labHeatmap';
import { LabControls, type LiveEvent, type SettingsEvent } from './labControls';
import { LabInputs, type InputsEvent } from './labInputs';
import type { Command, CommandEvent } from './labRunBar';
import { provenance } from './referenceFigure';
import { readLink, writeLink } from './pageLink';
import { describe, viewElements, type Description } from './views';
import './labRunBar';
import './labVerdicts';

const differ = (a: Config, b: Config): boolean => Object.keys(differences(a, b)).length > 0;
const NOTHING_COMPUTED: Computed = { curves: [], markers: [] };

export class LabStudy extends LitElement {
  static override styles = pageStyles;
  static override properties = {
    phenomenon: { state: true },
    references: { state: true },
    ignored: { state: true },
    study: { state: true },
    preset: { state: true },
    config: { state: true },
    inputs: { state: true },
    linkError: { state: true },
    resumeError: { state: true },
    storageError: { state: true },
    interrupted: { state: true },
    inspected: { state: true },
    hindered: { state: true },
    computed: { state: true },
    changes: { state: true },
    said: { state: true },
  };
  declare phenomenon: Phenomenon | undefined;
  /** Undefined until the address is read. */
  declare study: Study | undefined;
  /** Stored runs of the study. */
  declare references: readonly Reference[];
  /** Keys of the address that are no settings. */
  declare ignored: readonly string[];
  declare preset: PresetName;
  declare config: Config;
  declare inputs: Inputs;
  /** What is wrong with the link this page was opened by. */
  declare linkError: RunError | undefined;
  /** Why the run that the link names cannot be gone on with. */
  declare resumeError: RunError | undefined;
  /** Why kept runs cannot be read. */
  declare storageError: RunError | undefined;
  /** A kept run of this study that was cut off and can be resumed. */
  declare interrupted: KeptRun | undefined;
  /** Whether the reader asked for a run that could not begin because of a file. */
  declare hindered: boolean;
  /** What the chosen files are taken for; undefined while they are read. */
  declare inspected: Inspected | undefined;
  /** Theory and markers of the settings that the page shows. */
  declare computed: Computed;
  /** Counts changes of the client. */
  declare changes: number;
  /** What the last button beside the exports did. */
  declare said: string;
  /** Version or commit, for exports. */
  build = 'development';

  #client: RunClient | undefined;
  #described: Description | undefined;
  /** The chosen preset's own settings, made once. */
  #base: { readonly preset: string; readonly config: Config } | undefined;
  /** The settings that theory was last asked for, and whether the answer is still to come. */
  #asked: Config | undefined;
  #asking = false;
  /** The run's state when all views were last brought up to date. */
  #drawn: RunState = 'idle';

  constructor() {
    super();
    this.changes = 0;
    this.said = '';
    this.inputs = {};
    this.computed = NOTHING_COMPUTED;
    this.references = this.ignored = [];
    this.hindered = false;
  }

  open(phenomenon: Phenomenon, worker: Worker): void {
    this.phenomenon = phenomenon;
    const client = new RunClient(worker, () => this.#changed());
    worker.addEventListener('error', (e) => client.fail({ name: 'WorkerError', message: e.message || 'the worker script did not load' }));
    this.#client = client;
    // One of the two comes last, and not every browser sends both.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') client.save();
    });
    window.addEventListener('pagehide', () => client.save());
    void this.#read(phenomenon);
  }

  async #read(phenomenon: Phenomenon): Promise<void> {
    const asked = await readLink(phenomenon, location.search);
    [this.preset, this.config, this.linkError] = [asked.preset, asked.config, asked.error];
    this.ignored = asked.ignored;
    this.study = asked.study;
    if (asked.study.inspect) void import('./labPreview'); // only where there are files to look at
    this.references = await referencesOf(asked.study);
    await this.#lookForInterrupted(asked.study, asked.resume);
  }

  get state(): RunState {
    return this.#client?.state ?? 'idle';
  }
  /** False while something of the run may still come. */
  get over(): boolean {
    return this.#client?.over ?? true;
  }
  get progress(): ProgressRow | undefined {
    return this.#client?.progress;
  }
  get rows(): readonly Row[] {
    return this.#client?.rows ?? [];
  }
  get verdicts(): readonly ClaimVerdict[] | undefined {
    return this.#client?.verdicts;
  }
  get error(): RunError | undefined {
    return this.#client?.error;
  }
  get adapter(): AdapterInfo | undefined {
    return this.#client?.adapter;
  }
  get live(): readonly LiveChange[] {
    return this.#client?.live ?? [];
  }
  get artifacts(): ReadonlyMap<string, ArtifactRow> {
    return this.#client?.artifacts ?? new Map();
  }
  /** Running time, pauses left out. */
  get seconds(): number {
    return this.#client?.seconds ?? 0;
  }

  /** Throws ConfigError for a preset that does not exist. */
  setPreset(name: string): void {
    if (!this.study) return;
    const preset = presetNamed(this.study, name);
    this.config = presetConfig(this.study, preset);
    this.inputs = {}; // a preset is what it says, on its own data
    this.preset = preset;
    this.#settings(this.config);
  }
  /** Changes some settings. Throws ConfigError, and changes nothing, where one is unknown or not allowed. */
  setConfig(changes: Config): void {
    if (this.study) this.#settings(parseConfig(this.study.fields, changes, this.config));
  }
  setInputs(inputs: Inputs): void {
    this.inputs = inputs;
    void this.#inspect();
  }
  /** `paused`: waits for a step. `live`: changes of live settings to repeat. */
  start({ paused = false, live = [] }: { readonly paused?: boolean; readonly live?: readonly LiveChange[] } = {}): void {
    const { study, preset, config, inputs, build } = this;
    if (study)
      this.#client?.start(
        { study: study.path, title: titleOf(study), preset, config, inputs, live, build, resume: undefined, keep: true },
        paused,
      );
  }
  abort(): void {
    this.#client?.abort();
  }
  /** Every chart as it is now, at 2×. */
  exportPngs(): Promise<readonly NamedPng[]> {
    return exportPngs(this.renderRoot, this.#facts());
  }

  /** `asked`: the run that the link names; else the newest that was cut off. */
  async #lookForInterrupted(study: Study, asked: string | undefined): Promise<void> {
    try {
      const store = await openStore();
      const run = asked === undefined ? await store.interrupted(study.path) : await store.get(asked);
      store.close();
      if (run?.resumable && run.study === study.path) this.interrupted = run;
      else if (asked !== undefined)
        this.resumeError = describeError(
          new StorageError(
            `the run '${asked}' has no checkpoint in this browser to go on from: it is over, was deleted, or belongs to another study. Nothing else is affected`,
          ),
        );
    } catch (error) {
      this.storageError = describeError(error);
    }
  }

  /** Goes on with the newest run of the study that was cut off; false where there is none. Throws StorageError. */
  async resume(): Promise<boolean> {
    if (this.study) await this.#lookForInterrupted(this.study, undefined);
    if (this.interrupted) await this.resumeInterrupted();
    if (this.storageError) throw new StorageError(this.storageError.message);
    return this.#client?.active ?? false;
  }
  /** Goes on with the run that was cut off. */
  async resumeInterrupted(): Promise<void> {
    const { study, interrupted: run } = this;
    if (!study || !run) return;
    this.interrupted = undefined;
    try {
      const store = await openStore();
      this.inputs = await store.inputs(run.id);
      store.close();
      if (isPreset(study.presets, run.preset)) this.preset = run.preset;
      const config = parseConfig(study.fields, run.config);
      // The controls show what is in force now, the order what the run began with.
      this.#settings(Object.assign({}, config, ...run.live.map((l) => l.changes)) as Config);
      this.#client!.start({
        study: study.path,
        title: titleOf(study),
        preset: this.preset,
        config,
        inputs: this.inputs,
        live: run.live,
        build: this.build,
        resume: run.id,
        keep: true,
      });
    } catch (error) {
      this.storageError = describeError(error);
    }
  }
  /** Forgets it for good. */
  async discardInterrupted(): Promise<void> {
    const run = this.interrupted;
    this.interrupted = undefined;
    try {
      const store = await openStore();
      // Another tab may have gone on with it since.
      if (run && (await store.get(run.id))?.resumable && !(await store.training()).has(run.id)) await store.remove(run.id);
      store.close();
    } catch (error) {
      this.storageError = describeError(error);
    }
  }

  /** Reads the chosen files anew whenever they or the settings change. */
  async #inspect(): Promise<void> {
    const { study, inputs, config } = this;
    if (!study?.inspect || Object.keys(inputs).length === 0) return;
    this.inspected = undefined;
    this.inspected = await this.#client!.inspect(study.path, config, inputs);
  }
  /** Why no run can begin: a file that was refused, or cannot be used with these settings. */
  get #hindrance(): boolean {
    const inputs = this.renderRoot.querySelector('lab-inputs');
    if (inputs instanceof LabInputs && inputs.problem) return true;
    if (!this.study?.inspect || Object.keys(this.inputs).length === 0) return false;
    const { preview, error } = this.inspected ?? {};
    return error !== undefined || preview === undefined || preview.refusals.length > 0;
  }

  #settings(config: Config): void {
    this.config = config;
    void this.#inspect();
    this.linkError = undefined;
    if (this.study) writeLink(this.study, this.preset, config);
  }

  #changed(): void {
    const client = this.#client!;
    if (client.state !== this.#drawn) this.#drawEverything();
    this.#drawn = client.state;
    this.changes++;
  }
  /** Charts out of view wait while a run goes on; when its state changes they catch up, one at a time. */
  #drawEverything(): void {
    const views = [...this.renderRoot.querySelectorAll('.view')];
    const next = (): void => {
      const view = views.shift();
      if (view instanceof LabChart || view instanceof LabHeatmap) view.catchUp();
      if (views.length > 0) setTimeout(next);
    };
    setTimeout(next);
  }

  #command(command: Command): void {
    const client = this.#client!;
    const controls = this.renderRoot.querySelector('lab-controls');
    const begins = command === 'run' || (command === 'step' && !client.active);
    if (begins && controls instanceof LabControls && Object.keys(controls.problems).length > 0) return controls.showProblem();
    this.hindered = begins && this.#hindrance;
    if (this.hindered) return;
    switch (command) {
      case 'run':
        return this.start();
      case 'pause':
        return client.pause();
      case 'resume':
        return client.resume();
      case 'step':
        if (!client.active) this.start({ paused: true });
        return client.step();
      case 'reset':
        return client.reset();
      case 'seed':
        return this.#newSeed();
    }
  }

  #follow(): void {
    for (const chart of this.renderRoot.querySelectorAll('lab-chart')) if (chart instanceof LabChart) chart.follow();
  }

  #newSeed(): void {
    const field = this.study?.fields['seed'];
    if (field?.kind !== 'number') return;
    const span = Math.floor((field.max - field.min) / field.step) + 1;
    this.#client!.reset();
    this.setConfig({ seed: field.min + field.step * (crypto.getRandomValues(new Uint32Array(1))[0]! % span) });
  }

  /** Of the settings that the page shows results for. */
  #describe(study: Study, config: Config): Description {
    const { references } = this;
    if (this.#described?.config !== config || this.#described.references !== references)
      this.#described = describe(study, references, config);
    return this.#described;
  }

  #presetConfig(study: Study): Config {
    if (this.#base?.preset !== this.preset) this.#base = { preset: this.preset, config: presetConfig(study, this.preset) };
    return this.#base.config;
  }

  /** Asks the worker for the theory of these settings; while they change faster than it answers, only for the last. */
  async #compute(study: Study, config: Config): Promise<void> {
    if (this.#asking || this.#asked === config) return;
    if (this.#asked === undefined || differ(config, this.#asked)) {
      this.#asking = true;
      this.computed = await this.#client!.describe(study.path, config);
      this.#asking = false;
    }
    this.#asked = config;
  }

  protected override updated(): void {
    if (this.study && this.#client) void this.#compute(this.study, this.#client.config ?? this.config);
  }

  #facts(): PageFacts {
    const { study, preset, config, build, inputs } = this;
    return { study: study!, preset, config, build, inputs, client: this.#client! };
  }

  protected override render(): TemplateResult | typeof nothing {
    const { phenomenon, study } = this;
    const client = this.#client;
    if (!phenomenon || !study || !client) return nothing;
    const shown = this.#describe(study, client.config ?? this.config);
    const views = viewElements(shown, this.computed, client.table);
    const stale = client.effective !== undefined && differ(this.config, client.effective);
    const changed = client.config !== undefined && client.effective !== client.config;
    return html`
      ${head(phenomenon, study, shown.claims)}
      <div class="columns">
        <section class="settings" aria-label="Settings">
          ${presets({ study, references: this.references, chosen: this.preset, changed: differ(this.config, this.#presetConfig(study)), choose: (name) => this.setPreset(name) })}
          ${
            study.inputs
              ? html`<lab-inputs .specs=${study.inputs} .config=${this.config} .files=${this.inputs} @inputs=${(e: InputsEvent) => this.setInputs(e.inputs)}></lab-inputs>
            ${study.inspect && Object.keys(this.inputs).length > 0 ? html`<lab-preview .inspected=${this.inspected} .schema=${study.fields} .config=${this.config} @settings=${(e: SettingsEvent) => this.#settings(e.config)}></lab-preview>` : nothing}`
              : nothing
          }
          <lab-controls .schema=${study.fields} .config=${this.config} .preset=${this.#presetConfig(study)} .active=${client.active}
            @settings=${(e: SettingsEvent) => this.#settings(e.config)} @live=${(e: LiveEvent) => client.change(e.changes)}></lab-controls>
        </section>
        <div class="results">
          <lab-run-bar .client=${client} .version=${this.changes} ?seeded=${study.fields['seed']?.kind === 'number'} @command=${(e: CommandEvent) => this.#command(e.command)} @follow=${() => this.#follow()}></lab-run-bar>
          ${this.hindered ? html`<div class="notice error" role="alert"><p><b>Not started.</b> The chosen file cannot be used yet: what is wrong stands beside it. Correct it, or remove the file.</p></div>` : nothing}
          ${notices(this, client)}
          ${stale ? html`<p class="small muted" role="status">The settings have changed since this run; they take effect with the next one.</p>` : nothing}
          ${changed ? html`<p class="small muted" role="status">Settings were changed while the run went on: the link holds them as they are now, the saved run (JSON) every change.</p>` : nothing}
          ${views.main}
          ${shown.reference ? html`<p class="small muted">Stored run, drawn faint: ${provenance(shown.reference)}.</p>` : nothing}
          <lab-verdicts .claims=${shown.claims} .verdicts=${client.verdicts}></lab-verdicts>
        </div>
      </div>
      ${views.further.length > 0 ? html`<section class="grid" aria-label="Further measurements">${views.further}</section>` : nothing}
      ${views.strip.length > 0 ? html`<section class="strip" aria-label="Diagnostics">${views.strip}</section>` : nothing}
      ${views.maps.length > 0 ? html`<section class="grid" aria-label="Heatmaps">${views.maps}</section>` : nothing}
      ${explained(study)}
      ${foot(this.#facts(), this.renderRoot, this.said, (text) => {
        this.said = text;
      })}`;
  }
}
customElements.define('lab-study', LabStudy);
