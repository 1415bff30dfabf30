/**
 * <lab-preview>: what the reader's files are taken for: in words, column by column, and the first rows. Where the study has settings for it, a
 * column's role is chosen here. Fires `settings` (SettingsEvent) with the changed config.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Config, InputPreview, PreviewColumn, Schema } from '../lab/study';
import type { Inspected } from '../lab/worker/client';
import { SettingsEvent } from './labControls';
import { base, forms } from './styles';

type Role = PreviewColumn['role'] | 'category';
const ROLES: Readonly<Record<Role, string>> = { target: 'target', feature: 'feature', category: 'feature, by value', ignore: 'left out' };
/** Settings that this changes; a study without them shows roles only. */
const LISTS = ['kept', 'categories', 'leftOut'] as const;
const LIST_OF: Readonly<Partial<Record<Role, (typeof LISTS)[number]>>> = { feature: 'kept', category: 'categories', ignore: 'leftOut' };

const listOf = (config: Config, name: string): readonly number[] => {
  const value = config[name];
  return Array.isArray(value) ? value.filter((n) => n > 0) : [];
};
/** The config with the role of one column changed; 0 stands for none. */
export const withRole = (config: Config, column: number, role: Role): Config => {
  if (role === 'target') return { ...config, target: column };
  const changed = LISTS.map((name) => {
    const others = listOf(config, name).filter((n) => n !== column);
    const now = name === LIST_OF[role] ? [...others, column].toSorted((a, b) => a - b) : others;
    return [name, now.length === 0 ? [0] : now] as const;
  });
  return { ...config, ...Object.fromEntries(changed) };
};

export class LabPreview extends LitElement {
  static override styles = [
    base,
    forms,
    css`
    .problem { color: var(--bad); }
    p { margin: 0.25rem 0; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; max-height: 20rem; }
    table { border-collapse: collapse; font-size: 0.85rem; }
    th, td { text-align: start; padding: 0.15rem 0.5rem 0.15rem 0; border-bottom: 1px solid var(--line); vertical-align: top; max-width: 14rem; overflow-wrap: anywhere; }
    select { min-height: 1.75rem; }
  `,
  ];
  static override properties = { inspected: { attribute: false }, schema: { attribute: false }, config: { attribute: false } };
  /** Undefined while the files are read. */
  declare inspected: Inspected | undefined;
  declare schema: Schema;
  declare config: Config;

  protected override render(): TemplateResult {
    const { inspected } = this;
    if (!inspected) return html`<p class="small muted" role="status">Reading the file…</p>`;
    const { preview, error } = inspected;
    if (error) return html`<p class="small problem" role="alert"><b>This cannot be used yet.</b> ${error.message}</p>`;
    if (!preview) return html``;
    return html`
      ${preview.refusals.map((why) => html`<p class="small problem" role="alert"><b>This cannot be used yet.</b> ${why}</p>`)}
      <p class="small" role="status">${preview.understood}</p>
      ${preview.columns.length > 0 ? this.#columns(preview) : nothing}`;
  }

  #columns({ columns, rows }: InputPreview): TemplateResult {
    return html`<details ?open=${columns.length <= 12}><summary class="small">${columns.length} columns, first rows</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Columns of the file"><table>
        <thead><tr><th scope="col">Column</th><th scope="col">Used as</th><th scope="col">Holds</th><th scope="col">First values</th></tr></thead>
        <tbody>${columns.map(
          (c, j) => html`<tr><th scope="row">${c.name}</th><td>${this.#role(c)}</td>
          <td>${c.type}${c.missing > 0 ? `, ${c.missing} missing (${c.policy})` : ''}${c.note ? html` <span class="muted">${c.note}</span>` : nothing}</td>
          <td class="muted">${rows
            .slice(0, 3)
            .map((row) => row[j] ?? '')
            .join(', ')}</td></tr>`,
        )}</tbody></table></div></details>`;
  }

  #role(c: PreviewColumn): TemplateResult {
    const role: Role = c.role === 'feature' && c.type === 'category' ? 'category' : c.role;
    if (!LISTS.every((name) => this.schema[name]?.kind === 'list')) return html`${ROLES[role]}`;
    const change = (e: Event): void => {
      this.dispatchEvent(new SettingsEvent(withRole(this.config, c.number, (e.target as HTMLSelectElement).value as Role)));
    };
    return html`<select aria-label="Use of column ${c.name}" @change=${change}>${(Object.keys(ROLES) as Role[]).map(
      (name) =>
        html`<option value=${name} ?selected=${name === role} ?disabled=${name !== 'target' && role === 'target'}>${ROLES[name]}</option>`,
    )}</select>`;
  }
}
customElements.define('lab-preview', LabPreview);
