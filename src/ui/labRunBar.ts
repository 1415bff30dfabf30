/** <lab-run-bar>: the buttons of a run and how it goes. Fires `command` (CommandEvent); does nothing itself. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { RunClient, RunState } from '../lab/worker/client';
import { formatRate, formatSeconds } from './format';
import { base, forms } from './styles';

export type Command = 'run' | 'pause' | 'resume' | 'step' | 'reset' | 'seed';
export class CommandEvent extends Event {
  constructor(readonly command: Command) { super('command'); }
}

const STATE: Readonly<Record<RunState, string>> = { idle: 'Ready', running: 'Running', paused: 'Paused', done: 'Done', failed: 'Failed', aborted: 'Stopped' };

export class LabRunBar extends LitElement {
  static override styles = [base, forms, css`
    .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
    progress { width: 100%; height: 0.5rem; accent-color: var(--accent); margin: 0.6rem 0 0.2rem; display: block; }
    .status { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  `];
  static override properties = { client: { attribute: false }, version: { attribute: false }, seeded: { type: Boolean } };
  declare client: RunClient | undefined;
  /** Any new value says that the client has changed. */
  declare version: number;
  /** Whether the experiment has a seed to renew. */
  declare seeded: boolean;

  protected override render(): TemplateResult | typeof nothing {
    const { client } = this;
    if (!client) return nothing;
    const button = (command: Command, label: string, disabled = false, primary = false) => html`
      <button type="button" class=${primary ? 'primary' : ''} ?disabled=${disabled} @click=${() => this.dispatchEvent(new CommandEvent(command))}>${label}</button>`;
    const main = client.state === 'running' ? button('pause', 'Pause', false, true) : client.state === 'paused' ? button('resume', 'Resume', false, true) : button('run', 'Run', false, true);
    return html`
      <div class="buttons" role="group" aria-label="Run">
        ${main}${button('step', 'Step')}${button('reset', 'Reset', client.state === 'idle')}${this.seeded ? button('seed', 'New seed') : nothing}
      </div>
      ${this.#status(client)}`;
  }

  #status(client: RunClient): TemplateResult {
    const { progress, stepsPerSecond, secondsLeft, adapter, active } = client;
    const share = progress && progress.total > 0 ? progress.done / progress.total : client.state === 'done' ? 1 : 0;
    return html`
      <progress max="1" .value=${share} aria-label="Progress of the run"></progress>
      <div class="status small number">
        <span role="status"><b>${STATE[client.state]}</b>${active && progress ? `: ${progress.phase}` : ''}</span>
        ${progress ? html`<span>${Math.round(share * 100)} %</span>` : nothing}
        ${client.state === 'running' && stepsPerSecond !== undefined ? html`<span>${formatRate(stepsPerSecond)} steps/s</span>` : nothing}
        ${client.state === 'running' && secondsLeft !== undefined ? html`<span>${formatSeconds(secondsLeft)} left</span>` : nothing}
        ${client.seconds > 0 ? html`<span>${formatSeconds(client.seconds)} run</span>` : nothing}
        <span class="muted">${adapter ? `on ${adapter.name}${adapter.software ? ' (software)' : ''}` : 'looking for a GPU…'}</span>
      </div>`;
  }
}
customElements.define('lab-run-bar', LabRunBar);
