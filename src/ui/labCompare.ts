/** <lab-compare>: several runs of one study in one chart each, what differs in their settings, and their verdicts side by side. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Study } from '../lab/study';
import { differing, overlay, verdictsBeside, type Compared, type Overlay } from './runCompare';
import { adapterText, dateText, linkTo, VERDICTS } from './runText';
import { base } from './styles';
import './labChart';

export class LabCompare extends LitElement {
  static override styles = [
    base,
    css`
    .runs { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: 0.25rem; }
    .runs b { display: inline-block; min-width: 1.5rem; }
    .runs a { display: inline-block; min-height: 1.5rem; }
    lab-chart { margin-bottom: 1.5rem; }
    .scroll { overflow: auto; margin-bottom: 1.5rem; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    caption { text-align: start; font-weight: 650; padding-bottom: 0.25rem; }
    th, td { text-align: start; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid var(--line); }
    th, td { min-width: 7rem; max-width: 24rem; overflow-wrap: break-word; }
    tbody th { font-weight: 400; }
    .agrees { color: var(--good); }
    .disagrees { color: var(--bad); }
    .word { font-weight: 700; display: block; }
  `,
  ];
  static override properties = { study: { attribute: false }, runs: { attribute: false } };
  /** Undefined where this build does not know it; then there are no charts. */
  declare study: Study | undefined;
  declare runs: readonly Compared[];
  #overlay: Overlay | undefined;

  /** What is drawn. */
  get overlay(): Overlay | undefined {
    return this.#overlay;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('study') || changed.has('runs'))
      this.#overlay = this.study && this.runs.length > 0 ? overlay(this.study, this.runs) : undefined;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.runs) return nothing;
    const shared = this.runs[0]?.run.title ?? '';
    return html`
      <h2>${shared}: ${this.runs.length} runs</h2>
      <ul class="runs">${this.runs.map((c) => this.#name(c))}</ul>
      ${this.#charts()} ${this.#settings()} ${this.#verdicts()}`;
  }

  #name({ letter, run }: Compared): TemplateResult {
    const link = linkTo(this.study, run);
    const text = `${run.preset}, ${dateText(run)}`;
    return html`<li><b>${letter}</b> ${link ? html`<a href=${link}>${text}</a>` : text}
      <span class="small muted">${adapterText(run)}, ${run.points} points${run.imported ? ', from a file' : ''}</span></li>`;
  }

  #charts(): TemplateResult {
    if (!this.#overlay)
      return html`<p>This build does not know the study ‘${this.runs[0]?.run.study}’, so its charts cannot be drawn.
      The runs are untouched; open this page with the build that made them.</p>`;
    const { views, table, left } = this.#overlay;
    return html`
      ${this.runs.map(({ letter, run, problem }) =>
        problem === undefined
          ? nothing
          : html`<p class="unknown"><b>${letter}</b> is not drawn: this build does not know the settings of the run of ${dateText(run)} (${problem}).
            The run is untouched; the build that made it (${run.build}) shows it.</p>`,
      )}
      ${views.map((view, i) => html`<lab-chart ?main=${i === 0} .view=${view} .table=${table} .version=${table.version}></lab-chart>`)}
      ${views.length === 0 ? html`<p>There is no line chart that all ${this.runs.some((c) => c.problem) ? 'others' : 'of these runs'} measured.</p>` : nothing}
      ${left.length > 0 ? html`<p class="small muted">Not drawn, since not every run measured it: ${left.join('; ')}.</p>` : nothing}`;
  }

  #head(first: string): TemplateResult {
    return html`<thead><tr><th scope="col">${first}</th>${this.runs.map(({ letter }) => html`<th scope="col">${letter}</th>`)}</tr></thead>`;
  }

  #settings(): TemplateResult {
    const lines = differing(
      this.study,
      this.runs.map((c) => c.run),
    );
    if (lines.length === 0) return html`<p>The runs have the same settings, preset, adapter and build.</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="What differs"><table class="settings">
      <caption>What differs</caption>${this.#head('Setting')}
      <tbody>${lines.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell ?? '–'}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  #verdicts(): TemplateResult {
    const lines = verdictsBeside(this.runs.map((c) => c.run));
    if (lines.length === 0) return html`<p>None of these runs was judged.</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Verdicts"><table class="verdicts">
      <caption>Verdicts</caption>${this.#head('Claim')}
      <tbody>${lines.map(
        ({ says, cells }) =>
          html`<tr><th scope="row">${says}</th>${cells.map((v) =>
            v
              ? html`<td><span class="word ${v.verdict}"><span aria-hidden="true">${VERDICTS[v.verdict].sign}</span> ${VERDICTS[v.verdict].word}</span>
          <span class="small">${v.measured}</span></td>`
              : html`<td>–</td>`,
          )}</tr>`,
      )}</tbody></table></div>`;
  }
}
customElements.define('lab-compare', LabCompare);
