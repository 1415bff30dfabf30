/**
 * <lab-controls>: the settings of a study, generated from its schema. Fires `settings` (SettingsEvent) with the whole new config
 * after each valid change and, while a run is under way, `live` (LiveEvent) for what it takes over at once. A value that is not allowed
 * stays in its field with the reason beside it, and is in `problems`.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ConfigError } from '../core/errors';
import type { Config, Field, FieldValue, Schema } from '../lab/study';
import { fromText, holds, isInteger, sameValue, toText } from '../lab/schema';
import { formatNumber } from './format';
import { sliderScale } from './sliderScale';
import { base, forms } from './styles';

export class SettingsEvent extends Event {
  constructor(readonly config: Config) {
    super('settings', { bubbles: true });
  }
}
/** New values of live settings, for the run under way. */
export class LiveEvent extends Event {
  constructor(readonly changes: Config) {
    super('live', { bubbles: true });
  }
}

/** More would bury the ones that matter. */
const MOST_MAIN = 6;

/** Signs of when a change takes effect; the words stand beside them. */
const SIGN = { live: '⚡', restart: '↻' } as const;
const sign = (which: keyof typeof SIGN): TemplateResult => html`<span aria-hidden="true">${SIGN[which]}</span>`;
const isLive = (field: Field): boolean => field.apply === 'live';

/** What a field of numbers accepts, for a label: '1–2000', '1–64 each'. */
const rangeText = (field: Field): string | undefined =>
  field.kind === 'number' || field.kind === 'list'
    ? `${formatNumber(field.min)}–${formatNumber(field.max)}${field.kind === 'list' ? ' each' : ''}`
    : undefined;

/** A value as the control shows it. */
const shownValue = (field: Field, value: FieldValue): string => {
  if (field.kind === 'choice') return field.options[String(value)] ?? String(value);
  if (field.kind === 'flag') return value === true ? 'on' : 'off';
  return `${toText(value)}${field.unit ? ` ${field.unit}` : ''}`;
};

const valueOf = (e: Event): string => (e.target as HTMLInputElement | HTMLSelectElement).value;

export class LabControls extends LitElement {
  static override styles = [
    base,
    forms,
    css`
    .fields { display: grid; gap: 0.75rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); }
    .field { display: grid; gap: 0.15rem; align-content: start; min-width: 0; }
    .head { display: flex; gap: 0.5rem; align-items: center; min-height: 1.75rem; }
    .head > :first-child { flex: 1; min-width: 0; }
    .range { white-space: nowrap; }
    button.undo { min-height: 1.75rem; min-width: 1.75rem; padding: 0; line-height: 1; }
    .legend { margin: 0 0 0.5rem; }
    .pair { display: flex; gap: 0.5rem; align-items: center; }
    .pair input[type=range] { flex: 1; min-width: 4rem; }
    .pair input[type=number] { width: 6.5rem; }
    .wide { width: 100%; }
    .pair input.wide[type=number] { width: 100%; }
    .flag { display: flex; gap: 0.5rem; align-items: center; min-height: 2.25rem; }
    .problem { color: var(--bad); }
    input[aria-invalid=true] { border: 2px solid var(--bad); }
    details { margin-top: 0.75rem; }
    details .fields { margin-top: 0.5rem; }
  `,
  ];
  static override properties = {
    schema: { attribute: false },
    config: { attribute: false },
    preset: { attribute: false },
    active: { type: Boolean },
    problems: { state: true },
  };
  declare schema: Schema;
  declare config: Config;
  /** What each setting goes back to; undefined: no way back is offered. */
  declare preset: Config | undefined;
  /** Whether a run is under way. */
  declare active: boolean;
  /** What is wrong with what was typed, by setting. */
  declare problems: Readonly<Record<string, { readonly text: string; readonly why: string }>>;

  /** Last config made here. */
  #own: Config | undefined;

  constructor() {
    super();
    this.problems = {};
    this.active = false;
  }

  /** Moves to the first setting with a problem. */
  showProblem(): void {
    const [key] = Object.keys(this.problems);
    if (key === undefined) return;
    const input = this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(key)}`);
    input?.closest('details')?.setAttribute('open', '');
    input?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('config') && this.config !== this.#own) this.problems = {}; // set from outside: what was typed is void
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.schema || !this.config) return nothing;
    const shown = Object.entries(this.schema).filter(([, field]) => holds(field.when, this.config));
    const main = shown.filter(([, field]) => !field.advanced).slice(0, MOST_MAIN);
    const rest = shown.filter((entry) => !main.includes(entry));
    const list = (fields: typeof shown) => html`<div class="fields">${fields.map(([key, field]) => this.#field(key, field))}</div>`;
    return html`${this.#legend(shown)}${list(main)}${rest.length > 0 ? html`<details><summary>Advanced</summary>${list(rest)}</details>` : nothing}`;
  }

  /** When changes take effect; said only where it is not the same for all. */
  #legend(shown: readonly (readonly [string, Field])[]): TemplateResult | typeof nothing {
    if (!shown.some(([, field]) => isLive(field))) return nothing;
    return html`<p class="legend small muted">${sign('live')} changes at once, also during a run · ${sign('restart')} all others: with the next run</p>`;
  }

  #field(key: string, field: Field): TemplateResult {
    const problem = this.problems[key];
    const range = rangeText(field);
    const notes = [range ? `${key}-range` : '', field.help ? `${key}-help` : '', problem ? `${key}-problem` : ''].filter(Boolean).join(' ');
    const name = html`${field.label}${field.unit ? html` <span class="muted">(${field.unit})</span>` : nothing}${
      isLive(field) ? html` <span title="changes at once">${sign('live')}<span class="hidden">, changes at once</span></span>` : nothing
    }`;
    return html`<div class="field">
      <div class="head">${field.kind === 'flag' ? html`<label class="flag">${this.#input(key, field, notes)}<span>${name}</span></label>` : html`<label for=${key}>${name}</label>`}
        ${range ? html`<span id="${key}-range" class="range small muted number"><span class="hidden">allowed: </span>${range}</span>` : nothing}${this.#undo(key, field)}</div>
      ${field.kind === 'flag' ? nothing : this.#input(key, field, notes)}
      ${field.help ? html`<span id="${key}-help" class="small muted">${field.help}</span>` : nothing}
      ${problem ? html`<span id="${key}-problem" class="small problem" role="alert">Not used: ${problem.why}</span>` : nothing}
    </div>`;
  }

  /** The way back to the preset's value, where the field shows another. */
  #undo(key: string, field: Field): TemplateResult | typeof nothing {
    const value = this.preset?.[key];
    if (value === undefined || (sameValue(value, this.config[key]) && !this.problems[key])) return nothing;
    const says = `Back to the preset: ${field.label} ${shownValue(field, value)}`;
    return html`<button type="button" class="undo" aria-label=${says} title=${says} @click=${() => this.#reset(key, value)}><span aria-hidden="true">↺</span></button>`;
  }

  #reset(key: string, value: FieldValue): void {
    this.#set(key, value);
    this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(key)}`)?.focus(); // the button goes away, the reader stays
  }

  #input(key: string, field: Field, notes: string): TemplateResult {
    const value = this.config[key]!;
    const problem = this.problems[key];
    const typed = (e: Event): void => this.#type(key, field, valueOf(e));
    switch (field.kind) {
      case 'choice':
        return html`<select id=${key} aria-describedby=${notes} .value=${live(toText(value))} @change=${typed}>
        ${Object.entries(field.options).map(([id, label]) => html`<option value=${id} ?selected=${id === value}>${label}</option>`)}</select>`;
      case 'flag':
        return html`<input id=${key} type="checkbox" aria-describedby=${notes} .checked=${live(value === true)}
        @change=${(e: Event) => this.#set(key, (e.target as HTMLInputElement).checked)}>`;
      case 'list':
        return html`<input id=${key} class="wide" type="text" autocomplete="off" spellcheck="false" aria-describedby=${notes} aria-invalid=${problem !== undefined}
        .value=${live(problem?.text ?? toText(value))} @change=${typed}>`;
      case 'number': {
        const slider = sliderScale(field);
        return html`<div class="pair">
          ${
            slider
              ? html`<input type="range" aria-label="${field.label}, slider" aria-valuetext=${toText(value)} min=${slider.min} max=${slider.max} step=${slider.step}
            .value=${live(String(slider.toPosition(Number(value))))} @input=${(e: Event) => this.#set(key, slider.toValue(Number(valueOf(e))))}>`
              : nothing
          }
          <input id=${key} class=${slider ? '' : 'wide'} type="number" inputmode=${isInteger(field) ? 'numeric' : 'decimal'}
            min=${field.min} max=${field.max} step=${isInteger(field) ? field.step : 'any'} aria-describedby=${notes} aria-invalid=${problem !== undefined} .value=${live(problem?.text ?? toText(value))} @change=${typed}></div>`;
      }
    }
  }

  #type(key: string, field: Field, text: string): void {
    try {
      this.#set(key, fromText(key, field, text));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.problems = { ...this.problems, [key]: { text, why: error.message } };
    }
  }

  #set(key: string, value: FieldValue): void {
    this.problems = Object.fromEntries(Object.entries(this.problems).filter(([other]) => other !== key));
    this.config = this.#own = { ...this.config, [key]: value };
    this.dispatchEvent(new SettingsEvent(this.config));
    if (this.active && isLive(this.schema[key]!)) this.dispatchEvent(new LiveEvent({ [key]: value }));
  }
}
customElements.define('lab-controls', LabControls);
