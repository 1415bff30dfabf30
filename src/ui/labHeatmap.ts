/** <lab-heatmap>: one HeatmapView on a canvas, with a colour bar and a readout of the cell under the pointer or chosen by arrow keys. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { HeatmapView } from '../lab/study';
import type { RowTable } from '../lab/table';
import { themeOf } from './chartOptions';
import { Pacer } from './chartPacer';
import { formatNumber as f } from './format';
import { axisText, cellTable, cellText, gridOf, type Grid } from './heatmapData';
import { paint, paintScale } from './heatmapPaint';
import { base, tables } from './styles';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** First and last as text. */
export const ends = (values: readonly number[]): readonly [string, string] =>
  values.length > 0 ? [f(values[0]!), f(values.at(-1)!)] : ['', ''];
export const HATCHED = 'Hatched: measured, but not finite.';
const percent = (share: number): string => `${100 * share}%`;
const indexAt = (share: number, n: number): number => Math.min(n - 1, Math.max(0, Math.floor(share * n)));

export class LabHeatmap extends LitElement {
  static override styles = [
    base,
    tables,
    css`
    .frame { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.5rem; }
    .y { writing-mode: vertical-rl; rotate: 180deg; display: flex; justify-content: space-between; }
    .x, .bar { display: flex; justify-content: space-between; gap: 0.5rem; }
    .x { grid-column: 2; }
    canvas { width: 100%; height: 220px; image-rendering: pixelated; display: block; }
    /* Seen through cells that have no colour. Up and down still scrolls the page. */
    .cells canvas { touch-action: pan-y; background: repeating-linear-gradient(135deg, var(--muted) 0 1.5px, var(--bg) 1.5px 5px); outline-offset: 3px; }
    .bar canvas { height: 0.8rem; width: auto; flex: 1; min-width: 0; }
    .cells { position: relative; min-width: 0; }
    .mark[hidden] { display: none; }
    .mark { position: absolute; outline: 2px solid #fff; box-shadow: 0 0 0 3px #000; pointer-events: none; }
    .empty { height: 220px; display: grid; place-items: center; border: 1px dashed var(--line); }
    .bar { margin-top: 0.5rem; align-items: center; }
    output { display: block; min-height: 1.5rem; }
  `,
  ];
  static override properties = {
    view: { attribute: false },
    table: { attribute: false },
    version: { attribute: false },
    cell: { state: true },
    tableOpen: { state: true },
  };
  declare view: HeatmapView;
  declare table: RowTable;
  /** The table's version; a change says that there is more to draw. */
  declare version: number;
  /** Column and row of the cell read out. */
  declare cell: readonly [number, number] | undefined;
  declare tableOpen: boolean;
  #grid: Grid = gridOf([], '');
  readonly #pacer = new Pacer(this, () => {
    this.#read();
    this.requestUpdate();
    this.performUpdate();
  });
  #scheme: MediaQueryList | undefined;
  readonly #repaint = (): void => this.requestUpdate();

  constructor() {
    super();
    this.tableOpen = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme = matchMedia('(prefers-color-scheme: dark)');
    this.#scheme.addEventListener('change', this.#repaint);
  }

  override disconnectedCallback(): void {
    this.#scheme?.removeEventListener('change', this.#repaint);
    super.disconnectedCallback();
  }

  /** Draws what is new at once, seen or not. */
  catchUp(): void {
    this.#pacer.flush();
  }
  /** Up to date, seen or not. */
  get grid(): Grid {
    this.#pacer.flush();
    return this.#grid;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.view || !this.table) return;
    if (changed.has('view')) this.#read();
    else if (changed.has('table') || changed.has('version')) this.#pacer.ask();
  }

  #read(): void {
    this.#grid = gridOf(this.table.cells, this.view.chart);
    const { xs, ys } = this.#grid;
    if (this.cell && !(this.cell[0] < xs.length && this.cell[1] < ys.length)) this.cell = undefined; // gone with an earlier run
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.view) return nothing;
    const { view } = this;
    const { xs } = this.#grid;
    return html`
      <h2>${view.title}</h2>
      ${xs.length > 0 ? this.#map(view) : html`<div class="empty small muted">Nothing measured yet</div>`}
      <output class="small number" aria-live="polite">${xs.length > 0 ? this.#readout() : ''}</output>
      ${xs.length > 0 ? this.#data(view) : nothing}`;
  }

  #map(view: HeatmapView): TemplateResult {
    const { xs, ys, range, counts, nonFinite } = this.#grid;
    const [[x0, x1], [y0, y1], [low, high]] = [ends(xs), ends(ys), ends(range ?? [])];
    const [x, y] = [axisText(view.x, view.logX), axisText(view.y, view.logY)];
    const holes = nonFinite.filter((n, i) => n > 0 && n === counts[i]).length;
    const what = `${range ? `from ${low} to ${high}` : 'no finite value'}${holes > 0 ? `, ${holes} cells not finite` : ''}`;
    const label = `${view.title}: ${view.value} over ${x} (${xs.length} values) and ${y} (${ys.length} values), ${what}. Arrow keys read single cells.`;
    return html`
      <div class="frame small">
        <div class="y"><span>${y0}</span><span>${y}</span><span>${y1}</span></div>
        <div class="cells">
          <canvas tabindex="0" role="img" aria-label=${label} @pointerdown=${this.#point} @pointermove=${this.#point} @pointerleave=${this.#leave} @keydown=${this.#key}></canvas>
          <div class="mark" ?hidden=${!this.cell}></div>
        </div>
        <div class="x"><span>${x0}</span><span>${x}</span><span>${x1}</span></div>
      </div>
      <div class="bar small number"><span>${low}</span><canvas class="scale" width="256" height="1" aria-hidden="true"></canvas><span>${high}</span></div>
      ${holes > 0 ? html`<p class="small muted">${HATCHED}</p>` : nothing}`;
  }

  #data(view: HeatmapView): TemplateResult {
    const { rows, total } = this.tableOpen ? cellTable(this.#grid) : { rows: [], total: 0 };
    const caption = rows.length < total ? `${rows.length} of ${total} cells, evenly spread; the CSV file has all.` : `${total} cells.`;
    return html`<details class="small" @toggle=${(e: Event) => {
      this.tableOpen = (e.target as HTMLDetailsElement).open;
    }}>
      <summary>Data table</summary>${
        this.tableOpen
          ? html`<div class="scroll" tabindex="0" role="region" aria-label="Data of ${view.title}"><table>
        <caption>${caption}</caption>
        <thead><tr>${[view.x, view.y, view.value, 'seeds'].map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`
          : nothing
      }</details>`;
  }

  protected override updated(): void {
    const blank = themeOf(this).bg;
    for (const canvas of this.renderRoot.querySelectorAll('canvas')) {
      if (canvas.className === 'scale') paintScale(canvas);
      else paint(canvas, this.#grid, blank);
    }
    this.#frame();
  }

  /** Puts the frame around the cell that is read out: by CSSOM, as a style attribute is against the site's policy. */
  #frame(): void {
    const mark = this.renderRoot.querySelector<HTMLElement>('.mark');
    if (!mark || !this.cell) return;
    const [[i, j], columns, rows] = [this.cell, this.#grid.xs.length, this.#grid.ys.length];
    Object.assign(mark.style, {
      left: percent(i / columns),
      bottom: percent(j / rows),
      width: percent(1 / columns),
      height: percent(1 / rows),
    });
  }

  #readout(): string {
    const { xs, ys } = this.#grid;
    if (!this.cell) return `${this.view.value}, mean over seeds`;
    const [i, j] = this.cell;
    return `${this.view.x} ${f(xs[i]!)}, ${this.view.y} ${f(ys[j]!)}: ${this.view.value} ${cellText(this.#grid, j * xs.length + i)}`;
  }

  readonly #point = (e: PointerEvent): void => {
    const { xs, ys } = this.#grid;
    const box = (e.currentTarget as HTMLCanvasElement).getBoundingClientRect();
    if (xs.length > 0)
      this.cell = [indexAt((e.clientX - box.left) / box.width, xs.length), indexAt(1 - (e.clientY - box.top) / box.height, ys.length)];
  };
  /** A finger that is lifted leaves its cell read out. */
  readonly #leave = (e: PointerEvent): void => {
    if (e.pointerType === 'mouse') this.cell = undefined;
  };

  readonly #key = (e: KeyboardEvent): void => {
    const move = ARROWS[e.key];
    const { xs, ys } = this.#grid;
    if (!move || xs.length === 0) return;
    e.preventDefault();
    const [i, j] = this.cell ?? [-move[0], -move[1]];
    this.cell = [Math.min(xs.length - 1, Math.max(0, i + move[0])), Math.min(ys.length - 1, Math.max(0, j + move[1]))];
  };
}

customElements.define('lab-heatmap', LabHeatmap);
