/**
 * <lab-controls>: the settings of an experiment, generated from its schema. Fires `settings` (SettingsEvent) with the whole new config
 * after each valid change. A value that is not allowed stays in its field with the reason beside it, and is in `problems`.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ConfigError } from '../core/errors';
import type { Config, Field, FieldValue, Schema } from '../lab/experiment';
import { fromText, isInteger, toText } from '../lab/schema';
import { sliderScale } from './sliderScale';
import { base, forms } from './styles';

export class SettingsEvent extends Event {
  constructor(readonly config: Config) { super('settings', { bubbles: true }); }
}

/** More would bury the ones that matter. */
const MOST_MAIN = 6;

const valueOf = (e: Event): string => (e.target as HTMLInputElement | HTMLSelectElement).value;

export class LabControls extends LitElement {
  static override styles = [base, forms, css`
    .fields { display: grid; gap: 0.75rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); }
    .field { display: grid; gap: 0.15rem; align-content: start; min-width: 0; }
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
  `];
  static override properties = { schema: { attribute: false }, config: { attribute: false }, problems: { state: true } };
  declare schema: Schema;
  declare config: Config;
  /** What is wrong with what was typed, by setting. */
  declare problems: Readonly<Record<string, { readonly text: string; readonly why: string }>>;

  /** Last config made here. */
  #own: Config | undefined;

  constructor() {
    super();
    this.problems = {};
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
    const shown = Object.entries(this.schema).filter(([, field]) => field.when?.(this.config) ?? true);
    const main = shown.filter(([, field]) => !field.advanced).slice(0, MOST_MAIN);
    const rest = shown.filter((entry) => !main.includes(entry));
    const list = (fields: typeof shown) => html`<div class="fields">${fields.map(([key, field]) => this.#field(key, field))}</div>`;
    return html`${list(main)}${rest.length > 0 ? html`<details><summary>Advanced</summary>${list(rest)}</details>` : nothing}`;
  }

  #field(key: string, field: Field): TemplateResult {
    const problem = this.problems[key];
    const notes = [field.help ? `${key}-help` : '', problem ? `${key}-problem` : ''].join(' ').trim();
    const name = html`${field.label}${field.unit ? html` <span class="muted">(${field.unit})</span>` : nothing}`;
    return html`<div class="field">
      ${field.kind === 'flag' ? html`<label class="flag">${this.#input(key, field, notes)}<span>${name}</span></label>` : html`<label for=${key}>${name}</label>${this.#input(key, field, notes)}`}
      ${field.help ? html`<span id="${key}-help" class="small muted">${field.help}</span>` : nothing}
      ${problem ? html`<span id="${key}-problem" class="small problem" role="alert">Not used: ${problem.why}</span>` : nothing}
    </div>`;
  }

  #input(key: string, field: Field, notes: string): TemplateResult {
    const value = this.config[key]!;
    const problem = this.problems[key];
    const typed = (e: Event): void => this.#type(key, field, valueOf(e));
    switch (field.kind) {
      case 'choice': return html`<select id=${key} aria-describedby=${notes} .value=${live(toText(value))} @change=${typed}>
        ${Object.entries(field.options).map(([id, label]) => html`<option value=${id} ?selected=${id === value}>${label}</option>`)}</select>`;
      case 'flag': return html`<input id=${key} type="checkbox" aria-describedby=${notes} .checked=${live(value === true)}
        @change=${(e: Event) => this.#set(key, (e.target as HTMLInputElement).checked)}>`;
      case 'list': return html`<input id=${key} class="wide" type="text" autocomplete="off" spellcheck="false" aria-describedby=${notes} aria-invalid=${problem !== undefined}
        .value=${live(problem?.text ?? toText(value))} @change=${typed}>`;
      case 'number': {
        const slider = sliderScale(field);
        return html`<div class="pair">
          ${slider ? html`<input type="range" aria-label="${field.label}, slider" aria-valuetext=${toText(value)} min=${slider.min} max=${slider.max} step=${slider.step}
            .value=${live(String(slider.toPosition(Number(value))))} @input=${(e: Event) => this.#set(key, slider.toValue(Number(valueOf(e))))}>` : nothing}
          <input id=${key} class=${slider ? '' : 'wide'} type="number" inputmode=${isInteger(field) ? 'numeric' : 'decimal'} min=${field.min} max=${field.max} step=${isInteger(field) ? field.step : 'any'}
            aria-describedby=${notes} aria-invalid=${problem !== undefined} .value=${live(problem?.text ?? toText(value))} @change=${typed}></div>`;
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
  }
}
customElements.define('lab-controls', LabControls);
