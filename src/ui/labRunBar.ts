/**
 * <lab-run-bar>: the buttons of a run, their keys and how it goes. Fires `command` (CommandEvent), and `follow` for the key that shows all
 * of every chart again; does nothing itself.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { RunClient, RunState } from '../lab/worker/client';
import { formatRate, formatSeconds } from './format';
import { actionOf, ariaKeys, keepShortcuts, keyName, SHORTCUTS, shortcutsOn, type Action } from './shortcuts';
import { base, forms } from './styles';

export type Command = 'run' | 'pause' | 'resume' | 'step' | 'reset' | 'seed';
export class CommandEvent extends Event {
  constructor(readonly command: Command) {
    super('command');
  }
}

/** The key of each button; run, pause and resume are one button. */
const ACTION: Readonly<Record<Command, Action>> = {
  run: 'main',
  pause: 'main',
  resume: 'main',
  step: 'step',
  reset: 'reset',
  seed: 'seed',
};
const MAIN: Readonly<Record<'running' | 'paused' | 'other', Command>> = { running: 'pause', paused: 'resume', other: 'run' };
const LABEL: Readonly<Record<Command, string>> = {
  run: 'Run',
  pause: 'Pause',
  resume: 'Resume',
  step: 'Step',
  reset: 'Reset',
  seed: 'New seed',
};
const mainCommand = (state: RunState): Command => MAIN[state === 'running' || state === 'paused' ? state : 'other'];
const formatBytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

const STATE: Readonly<Record<RunState, string>> = {
  idle: 'Ready',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  aborted: 'Stopped',
};

export class LabRunBar extends LitElement {
  static override styles = [
    base,
    forms,
    css`
    .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
    progress { width: 100%; height: 0.5rem; accent-color: var(--accent); margin: 0.6rem 0 0.2rem; display: block; }
    .status { display: flex; flex-wrap: wrap; gap: 0 1rem; }
    dl { display: grid; grid-template-columns: auto 1fr; gap: 0.15rem 0.75rem; margin: 0.5rem 0; }
    dd { margin: 0; }
    kbd { border: 1px solid var(--edge); border-radius: 0.25rem; padding: 0 0.35rem; font: inherit; }
    .switch { display: inline-flex; gap: 0.4rem; align-items: center; min-height: 1.75rem; }
  `,
  ];
  static override properties = {
    client: { attribute: false },
    version: { attribute: false },
    seeded: { type: Boolean },
    keys: { state: true },
  };
  declare client: RunClient | undefined;
  /** Any new value says that the client has changed. */
  declare version: number;
  /** Whether the study has a seed to renew. */
  declare seeded: boolean;

  /** Whether single keys are heeded. */
  declare keys: boolean;
  /** Shows that time goes on where no message comes. */
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.keys = shortcutsOn();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => {
      if (this.client?.state === 'running') this.requestUpdate();
    }, 1000);
    document.addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    document.removeEventListener('keydown', this.#key);
    clearInterval(this.#clock);
    super.disconnectedCallback();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { client } = this;
    if (!client) return nothing;
    const main = mainCommand(client.state);
    const button = (command: Command): TemplateResult => html`
      <button type="button" class=${command === main ? 'primary' : ''} ?disabled=${!this.#possible(command)} aria-keyshortcuts=${this.keys ? ariaKeys(ACTION[command]) : nothing}
        @click=${(e: MouseEvent) => this.#click(command, e.detail)}>${LABEL[command]}</button>`;
    return html`
      <div class="buttons" role="group" aria-label="Run">${button(main)}${button('step')}${button('reset')}${this.seeded ? button('seed') : nothing}</div>
      ${this.#status(client)}${this.#help()}`;
  }

  /** The second click of two meant the button that was there at the first. */
  #click(command: Command, count: number): void {
    if (count < 2 || ACTION[command] !== 'main') this.dispatchEvent(new CommandEvent(command));
  }

  #possible(command: Command): boolean {
    if (command === 'reset') return this.client?.state !== 'idle';
    return command !== 'seed' || this.seeded;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const action = this.keys && this.client ? actionOf(event) : undefined;
    if (!action) return;
    event.preventDefault(); // a blank would scroll
    if (action === 'help') return this.#openHelp();
    if (action === 'follow') return void this.dispatchEvent(new Event('follow'));
    const command = action === 'main' ? mainCommand(this.client!.state) : action;
    if (this.#possible(command)) this.dispatchEvent(new CommandEvent(command));
  };

  #openHelp(): void {
    const help = this.renderRoot.querySelector('details');
    help?.setAttribute('open', '');
    help?.querySelector('summary')?.focus();
  }

  #help(): TemplateResult {
    const toggle = (e: Event): void => keepShortcuts((this.keys = (e.target as HTMLInputElement).checked));
    return html`<details class="small"><summary>Keyboard</summary>
      <dl>${SHORTCUTS.map((s) => html`<dt>${s.keys.map((key, i) => html`${i > 0 ? ' or ' : ''}<kbd>${keyName(key)}</kbd>`)}</dt><dd>${s.says}</dd>`)}</dl>
      <label class="switch"><input type="checkbox" .checked=${this.keys} @change=${toggle}><span>Heed these keys, except while typing</span></label></details>`;
  }

  #status(client: RunClient): TemplateResult {
    const { progress, stepsPerSecond, secondsLeft, adapter, active, memory } = client;
    const share = progress && progress.total > 0 ? progress.done / progress.total : client.state === 'done' ? 1 : 0;
    return html`
      <progress max="1" .value=${share} aria-label="Progress of the run"></progress>
      <div class="status small number">
        <span role="status"><b>${STATE[client.state]}</b>${active ? `: ${client.catchingUp ? 'catching up with its checkpoint' : (progress?.phase ?? 'preparing')}` : ''}</span>
        ${progress ? html`<span>${Math.round(share * 100)} %</span>` : nothing}
        ${client.state === 'running' && stepsPerSecond !== undefined ? html`<span><abbr title="training steps of all networks together">${formatRate(stepsPerSecond)} steps/s, all networks</abbr></span>` : nothing}
        ${client.state === 'running' && secondsLeft !== undefined ? html`<span>${formatSeconds(secondsLeft)} left</span>` : nothing}
        ${client.seconds > 0 ? html`<span>${formatSeconds(client.seconds)} run</span>` : nothing}
        ${memory !== undefined ? html`<span>${formatBytes(memory)} on the GPU</span>` : nothing}
        <span class="muted">${adapter ? `on ${adapter.name}${adapter.software ? ' (software)' : ''}` : 'looking for a GPU…'}</span>
      </div>`;
  }
}
customElements.define('lab-run-bar', LabRunBar);
