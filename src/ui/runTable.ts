/** The table of kept runs: a row each, which stacks into a card where the page is narrow. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Study } from '../lab/study';
import type { Damaged, KeptRun } from '../lab/store/types';
import { formatSeconds } from './format';
import { adapterText, countVerdicts, dateText, linkTo, resumeLink, stateText } from './runText';

export const runTableStyles = css`
  .runs { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  .runs caption { text-align: start; color: var(--muted); padding-bottom: 0.25rem; }
  .runs th, .runs td { text-align: start; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  .runs thead th { overflow-wrap: normal; }
  .runs tbody th { font-weight: 400; }
  .runs tr.chosen { background: var(--surface); }
  .runs .pick { width: 2.25rem; padding-inline: 0.5rem; }
  .runs label { display: inline-grid; place-items: center; min-width: 1.5rem; min-height: 1.5rem; }
  .runs a { display: inline-block; min-height: 1.5rem; }
  .runs .name { display: none; color: var(--muted); }
  @media (max-width: 52rem) {
    .runs, .runs caption, .runs tbody, .runs tr, .runs td, .runs tbody th { display: block; width: auto; }
    .runs thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .runs thead input { display: none; }
    .runs tr { position: relative; border: 1px solid var(--line); border-radius: 0.4rem; margin-bottom: 0.75rem; padding: 0.5rem 0.75rem 0.5rem 2.75rem; }
    .runs th, .runs td { border: 0; padding: 0.1rem 0; }
    .runs .pick { position: absolute; inset-inline-start: 0.75rem; top: 0.5rem; width: auto; padding: 0; }
    .runs .name { display: inline; }
  }
`;

export interface RunTableInput {
  readonly runs: readonly KeptRun[];
  /** Ids. */
  readonly trained: ReadonlySet<string>;
  readonly chosen: ReadonlySet<string>;
  readonly studies: ReadonlyMap<string, Study>;
  readonly choose: (ids: readonly string[], on: boolean) => void;
}

const COLUMNS = ['Study', 'Date', 'State', 'Time', 'Points', 'Verdicts', 'Adapter'] as const;
type Column = (typeof COLUMNS)[number];

const checked = (e: Event): boolean => (e.target as HTMLInputElement).checked;
/** The roles repeat what the elements say: laid out as blocks they would lose it. */
const cell = (column: Column, content: unknown): TemplateResult =>
  html`<td role="cell"><span class="name" aria-hidden="true">${column}: </span>${content}</td>`;

const row = (run: KeptRun, { trained, chosen, studies, choose }: RunTableInput): TemplateResult => {
  const link = linkTo(studies.get(run.study), run);
  const on = chosen.has(run.id);
  const goesOn = run.resumable && !trained.has(run.id) && link !== undefined;
  const resume = goesOn
    ? html` <a href=${resumeLink(link, run.id)} aria-label="Resume ${run.title}, ${dateText(run)}">Resume</a>`
    : nothing;
  return html`<tr role="row" class=${on ? 'chosen' : ''}>
    <td role="cell" class="pick"><label><input type="checkbox" .checked=${on} aria-label="Choose ${run.title}, ${run.preset}, ${dateText(run)}"
      @change=${(e: Event) => choose([run.id], checked(e))}></label></td>
    <th role="rowheader" scope="row">${link ? html`<a href=${link}>${run.title}</a>` : run.title}<br>
      <span class="small muted">${run.preset}${run.imported ? ', from a file' : ''}</span></th>
    ${cell('Date', dateText(run))}
    ${cell('State', html`${stateText(run, trained.has(run.id))}${resume}`)}
    ${cell('Time', formatSeconds(run.seconds))}
    ${cell('Points', run.points + run.cells)}
    ${cell('Verdicts', countVerdicts(run))}
    ${cell('Adapter', adapterText(run))}
  </tr>`;
};

/** Records that cannot be read: `remove` deletes one. */
export const damagedList = (damaged: readonly Damaged[], remove: (one: Damaged) => void): TemplateResult | typeof nothing =>
  damaged.length === 0
    ? nothing
    : html`<section class="damaged" aria-label="Damaged records"><p>${damaged.length === 1 ? 'One record' : `${damaged.length} records`} cannot be read by this
      build; ${damaged.length === 1 ? 'it is' : 'they are'} left as ${damaged.length === 1 ? 'it is' : 'they are'}:</p>
      <ul>${damaged.map(
        (d) => html`<li>${d.id} <span class="small muted">(${d.why})</span>
        <button type="button" aria-label="Delete the record ${d.id}" @click=${() => remove(d)}>Delete…</button></li>`,
      )}</ul></section>`;

export function runTable(input: RunTableInput): TemplateResult {
  const { runs, chosen, choose } = input;
  const all = runs.every((r) => chosen.has(r.id));
  return html`<table class="runs" role="table">
    <caption>${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, newest first.</caption>
    <thead role="rowgroup"><tr role="row">
      <th role="columnheader" scope="col" class="pick"><label><input type="checkbox" aria-label="Choose all runs" .checked=${all} .indeterminate=${chosen.size > 0 && !all}
        @change=${(e: Event) =>
          choose(
            runs.map((r) => r.id),
            checked(e),
          )}></label></th>
      ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
    <tbody role="rowgroup">${runs.map((run) => row(run, input))}</tbody></table>`;
}
