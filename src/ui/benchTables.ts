/** What <lab-bench> shows of a report: what was measured where, and a table for each group of cases. */
import { html, type TemplateResult } from 'lit';
import type { Comparison } from '../measure/bench/compare';
import type { BenchReport, BenchRow } from '../measure/bench/report';
import { cellsOf, COLUMNS, factsOf, grouped } from '../measure/bench/text';

export const benchFacts = (report: BenchReport): TemplateResult =>
  html`<dl>${factsOf(report).map(([term, text]) => html`<dt>${term}</dt><dd class="number">${text}</dd>`)}</dl>`;

/** Of the columns of figures; the others are words. */
const isFigure = (i: number): boolean => i >= 1 && i <= 6;
const look = (row: BenchRow, comparison: Comparison | undefined): string => {
  const change = comparison?.changes.get(row.id)?.change;
  if (row.state === 'wrong' || row.state === 'failed') return 'wrong';
  return row.state === 'left out' ? 'muted' : change === 'less' ? 'faster' : change === 'more' ? 'slower' : '';
};
const rowOf = (row: BenchRow, comparison: Comparison | undefined): TemplateResult => {
  const [label, ...cells] = cellsOf(row, comparison);
  return html`<tr class=${look(row, comparison)}><th scope="row">${label}</th>${cells.map((text, i) => html`<td class=${isFigure(i + 1) ? '' : 'words'}>${text}</td>`)}</tr>`;
};

const table = (group: string, rows: readonly BenchRow[], comparison: Comparison | undefined): TemplateResult => html`
  <section><h2>${group}</h2>
    <div class="scroll tall" tabindex="0" role="region" aria-label=${group}>
      <table>
        <thead><tr>${COLUMNS.map((name, i) => html`<th scope="col" class=${isFigure(i) ? '' : 'words'}>${name}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => rowOf(row, comparison))}</tbody>
      </table>
    </div>
  </section>`;

export const benchTables = ({ rows }: BenchReport, comparison: Comparison | undefined): readonly TemplateResult[] =>
  grouped(rows).map(([group, own]) => table(group, own, comparison));
