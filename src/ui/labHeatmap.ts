/** <lab-heatmap>: one HeatmapView on a canvas, with a colour bar and a readout of the cell under the pointer or chosen by arrow keys. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { HeatmapView } from '../lab/experiment';
import type { RowTable } from '../lab/table';
import { formatNumber as f } from './format';
import { gridOf, position, viridis, type Grid } from './heatmapData';
import { base } from './styles';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** First and last as text. */
export const ends = (values: readonly number[]): readonly [string, string] => (values.length > 0 ? [f(values[0]!), f(values.at(-1)!)] : ['', '']);
/** CSS that puts a frame around a cell. */
const markAt = ([i, j]: readonly [number, number], columns: number, rows: number): string =>
  `left:${(100 * i) / columns}%;bottom:${(100 * j) / rows}%;width:${100 / columns}%;height:${100 / rows}%`;
const indexAt = (share: number, n: number): number => Math.min(n - 1, Math.max(0, Math.floor(share * n)));

export class LabHeatmap extends LitElement {
  static override styles = [base, css`
    .frame { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.5rem; }
    .y { writing-mode: vertical-rl; rotate: 180deg; display: flex; justify-content: space-between; }
    .x, .bar { display: flex; justify-content: space-between; gap: 0.5rem; }
    .x { grid-column: 2; }
    canvas { width: 100%; height: 220px; image-rendering: pixelated; display: block; }
    .bar canvas { height: 0.8rem; width: auto; flex: 1; min-width: 0; }
    .cells { position: relative; min-width: 0; }
    .mark { position: absolute; outline: 2px solid #fff; box-shadow: 0 0 0 3px #000; pointer-events: none; }
    .empty { height: 220px; display: grid; place-items: center; border: 1px dashed var(--line); }
    .bar { margin-top: 0.5rem; align-items: center; }
    output { display: block; min-height: 1.5rem; }
  `];
  static override properties = { view: { attribute: false }, table: { attribute: false }, version: { attribute: false }, cell: { state: true } };
  declare view: HeatmapView;
  declare table: RowTable;
  /** The table's version; a change says that there is more to draw. */
  declare version: number;
  /** Column and row of the cell read out. */
  declare cell: readonly [number, number] | undefined;
  #grid: Grid = gridOf([], '');

  get grid(): Grid { return this.#grid; }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.view && this.table && (changed.has('table') || changed.has('version') || changed.has('view'))) this.#grid = gridOf(this.table.cells, this.view.chart);
    const { xs, ys } = this.#grid;
    if (this.cell && !(this.cell[0] < xs.length && this.cell[1] < ys.length)) this.cell = undefined; // gone with an earlier run
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.view) return nothing;
    const { view } = this;
    const { range } = this.#grid;
    return html`
      <h2>${view.title}</h2>
      ${range ? this.#map(view, range) : html`<div class="empty small muted">Nothing measured yet</div>`}
      <output class="small number" aria-live="polite">${range ? this.#readout() : ''}</output>`;
  }

  #map(view: HeatmapView, range: readonly [number, number]): TemplateResult {
    const { xs, ys } = this.#grid;
    const [[x0, x1], [y0, y1], [low, high]] = [ends(xs), ends(ys), ends(range)];
    const label = `${view.title}: ${view.value} over ${view.x} (${xs.length} values) and ${view.y} (${ys.length} values), from ${low} to ${high}. Arrow keys read single cells.`;
    return html`
      <div class="frame small">
        <div class="y"><span>${y0}</span><span>${view.y}</span><span>${y1}</span></div>
        <div class="cells">
          <canvas tabindex="0" role="img" aria-label=${label} @pointermove=${this.#point} @pointerleave=${() => { this.cell = undefined; }} @keydown=${this.#key}></canvas>
          ${this.cell ? html`<div class="mark" style=${markAt(this.cell, xs.length, ys.length)}></div>` : nothing}
        </div>
        <div class="x"><span>${x0}</span><span>${view.x}</span><span>${x1}</span></div>
      </div>
      <div class="bar small number"><span>${low}</span><canvas class="scale" width="256" height="1" aria-hidden="true"></canvas><span>${high}</span></div>`;
  }

  protected override updated(): void {
    for (const canvas of this.renderRoot.querySelectorAll('canvas')) (canvas.className === 'scale' ? paintScale : paint)(canvas, this.#grid);
  }

  #readout(): string {
    const { xs, ys, values } = this.#grid;
    if (!this.cell) return `${this.view.value}, mean over seeds`;
    const [i, j] = this.cell;
    return `${this.view.x} ${f(xs[i]!)}, ${this.view.y} ${f(ys[j]!)}: ${this.view.value} ${f(values[j * xs.length + i]!)}`;
  }

  readonly #point = (e: PointerEvent): void => {
    const { xs, ys } = this.#grid;
    const box = (e.currentTarget as HTMLCanvasElement).getBoundingClientRect();
    if (xs.length > 0) this.cell = [indexAt((e.clientX - box.left) / box.width, xs.length), indexAt(1 - (e.clientY - box.top) / box.height, ys.length)];
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

/** One pixel a cell, y upwards; the browser enlarges it. Cells without a finite value stay transparent. */
export function paint(canvas: HTMLCanvasElement, { xs, ys, values, range }: Grid): void {
  [canvas.width, canvas.height] = [Math.max(1, xs.length), Math.max(1, ys.length)];
  if (!range) return;
  const image = new ImageData(xs.length, ys.length);
  values.forEach((value, at) => {
    if (!Number.isFinite(value)) return;
    const row = ys.length - 1 - Math.floor(at / xs.length);
    image.data.set([...viridis(position(value, range)), 255], 4 * (row * xs.length + (at % xs.length)));
  });
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

export function paintScale(canvas: HTMLCanvasElement): void {
  const image = new ImageData(canvas.width, 1);
  for (let i = 0; i < canvas.width; i++) image.data.set([...viridis(i / (canvas.width - 1)), 255], 4 * i);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

customElements.define('lab-heatmap', LabHeatmap);
