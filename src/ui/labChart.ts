/**
 * <lab-chart>: one LineView. Mean solid with its 95 % band, theory dashed, reference faint. Reads a RowTable and holds no state of the
 * run; drawn at most once a frame however fast rows come. Drag to zoom in x, double-click to zoom out.
 */
import { css, html, LitElement, nothing, svg, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import uPlotCss from 'uplot/dist/uPlot.min.css?inline';
import type { Curve, LineView, Marker } from '../lab/experiment';
import type { RowTable } from '../lab/table';
import { align, tracesOf, type Trace } from './chartData';
import { isZoomed, lookOfTrace, plotOptions, themeOf, type PlotInput } from './chartOptions';
import { dataTable, describeChart, seedsText } from './chartText';
import { formatNumber } from './format';
import { CORNERS, dashOf, type Look } from './palette';
import { base, forms, tables } from './styles';

const toggle = (label: string, checked: boolean, set: (on: boolean) => void): TemplateResult => html`
  <label class="small"><input type="checkbox" .checked=${checked} @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}>${label}</label>`;

const HEIGHT = { main: 380, small: 260 } as const;

export class LabChart extends LitElement {
  static override styles = [unsafeCSS(uPlotCss), base, forms, tables, css`
    :host { contain: inline-size; }
    .bar { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between; }
    .bar label { display: inline-flex; gap: 0.3rem; align-items: center; margin-inline-start: 0.75rem; min-height: 1.5rem; }
    h2 { margin: 0; }
    ul { list-style: none; margin: 0.25rem 0 0.5rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; }
    li { display: inline-flex; gap: 0.4rem; align-items: center; }
    li b { font-weight: 600; min-width: 4.5rem; }
    .u-select { background: color-mix(in srgb, var(--accent) 20%, transparent); }
  `];
  static override properties = {
    view: { attribute: false }, table: { attribute: false }, version: { attribute: false }, curves: { attribute: false }, markers: { attribute: false },
    main: { type: Boolean }, logX: { state: true }, logY: { state: true }, showSeeds: { state: true }, tableOpen: { state: true }, cursor: { state: true },
  };
  // `declare`, not initialisers: class fields would shadow Lit's accessors.
  declare view: LineView;
  declare table: RowTable;
  /** The table's version; a change says that there is more to draw. */
  declare version: number;
  declare curves: readonly Curve[];
  declare markers: readonly Marker[];
  /** The page's main plot: taller. */
  declare main: boolean;
  /** The reader's choice; undefined: the view's. */
  declare logX: boolean | undefined;
  declare logY: boolean | undefined;
  declare showSeeds: boolean;
  declare tableOpen: boolean;
  /** Index into the columns under the pointer. */
  declare cursor: number | undefined;

  #plot: uPlot | undefined;
  #built = '';
  #frame = 0;
  #zoomed = false;
  #traces: readonly Trace[] = [];
  #columns: (number | null | undefined)[][] = [];
  readonly #resize = new ResizeObserver(() => { if (this.clientWidth > 0) this.#plot?.setSize(this.#size()); });
  #scheme: MediaQueryList | undefined;

  constructor() {
    super();
    this.showSeeds = this.tableOpen = this.main = false;
    this.curves = this.markers = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    this.#scheme = matchMedia('(prefers-color-scheme: dark)');
    this.#scheme.addEventListener('change', this.#rebuild);
    this.requestUpdate('view'); // draws again after a move in the DOM
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#scheme?.removeEventListener('change', this.#rebuild);
    this.#destroy();
    super.disconnectedCallback();
  }

  /** What is drawn now, for an image of it. */
  get traces(): readonly Trace[] { return this.#traces; }
  get columns(): uPlot.AlignedData { return this.#columns as uPlot.AlignedData; }
  plotInput(): PlotInput {
    const { view, markers } = this;
    return { view, markers: markers.filter((m) => m.chart === view.chart), traces: () => this.#traces, ...this.#logs(), theme: themeOf(this), ...this.#size(), scale: 1 };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.view || !this.table || [...changed.keys()].every((key) => key === 'cursor' || key === 'tableOpen')) return;
    this.#traces = tracesOf({ view: this.view, table: this.table, curves: this.curves, showSeeds: this.showSeeds, ...this.#logs() });
    this.#columns = align(this.#traces);
    if (changed.has('view')) this.#zoomed = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.view || !this.table) return nothing;
    const { logX, logY } = this.#logs();
    return html`
      <div class="bar">
        <h2>${this.view.title}</h2>
        <div role="group" aria-label="Display of ${this.view.title}">
          ${toggle('log x', logX, (on) => { this.logX = on; })}${toggle('log y', logY, (on) => { this.logY = on; })}
          ${toggle('each seed', this.showSeeds, (on) => { this.showSeeds = on; })}
        </div>
      </div>
      <ul class="small"><li><span>${this.view.x}</span><b class="number">${this.cursor === undefined ? '' : formatNumber(this.#columns[0]![this.cursor] ?? NaN)}</b></li>
        ${this.#traces.filter((t) => ['mean', 'theory', 'reference'].includes(t.role)).map((t) => this.#legend(t))}</ul>
      <div id="plot" role="img" aria-label=${describeChart(this.view, this.#traces)}></div>
      <details class="small" @toggle=${(e: Event) => { this.tableOpen = (e.target as HTMLDetailsElement).open; }}>
        <summary>Data table</summary>${this.tableOpen ? this.#data() : nothing}
      </details>`;
  }

  protected override updated(): void {
    if (!this.view || !this.table || !this.isConnected) return;
    const structure = JSON.stringify([this.view, this.#traces.map((t) => [t.role, t.series, t.label]), this.markers, this.#logs()]);
    if (structure === this.#built) this.#frame ||= requestAnimationFrame(this.#draw);
    else {
      this.#built = structure;
      this.#rebuild();
    }
  }

  #legend(t: Trace): TemplateResult {
    const at = this.cursor;
    const column = this.#columns[1 + this.#traces.indexOf(t)];
    const value = at === undefined ? undefined : column?.[at];
    const kind = t.role === 'mean' ? (t.n![1] > 0 ? `mean of ${seedsText(t.n!)}${t.n![1] > 1 ? ', 95 % band' : ''}` : '') : t.role === 'theory' ? 'theory' : 'reference';
    return html`<li>${swatch(t, lookOfTrace(t, this.view, { fg: 'var(--fg)' }))}<span>${t.label}${kind ? html` <span class="muted">(${kind})</span>` : nothing}</span>
      <b class="number">${at === undefined ? '' : typeof value === 'number' ? formatNumber(value) : '–'}</b></li>`;
  }

  #data(): TemplateResult {
    const { head, rows, total } = dataTable(this.view, this.table);
    const caption = rows.length < total ? `${rows.length} of ${total} rows, evenly spread; the CSV file has all.` : `${total} rows.`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Data of ${this.view.title}"><table>
      <caption>${caption}</caption>
      <thead><tr>${head.map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    this.#plot?.setData(this.columns, !this.#zoomed);
    if (this.#zoomed) this.#plot?.redraw();
  };

  readonly #rebuild = (): void => {
    this.#destroy();
    const target = this.renderRoot.querySelector<HTMLElement>('#plot');
    if (!target || !this.view || !this.table || this.clientWidth === 0) return;
    const options = plotOptions(this.plotInput());
    const hooks = {
      ...options.hooks,
      setScale: [(u: uPlot, key: string) => { if (key === 'x') this.#zoomed = isZoomed(u, u.scales['x']!.min, u.scales['x']!.max); }],
      setCursor: [(u: uPlot) => { this.cursor = this.#nearest(u); }],
    };
    this.#plot = new uPlot({ ...options, hooks }, this.columns, target);
  };

  /** Column index nearest to the pointer at which something was measured, or any while nothing was; undefined off the plot. */
  #nearest(u: uPlot): number | undefined {
    const { left, idx } = u.cursor;
    if (left === undefined || left < 0 || typeof idx !== 'number') return undefined;
    const means = this.#columns.slice(1).filter((_, i) => this.#traces[i]!.role === 'mean');
    const measured = [...u.data[0].keys()].filter((i) => means.some((m) => typeof m[i] === 'number'));
    const distance = (i: number): number => Math.abs(u.valToPos(u.data[0][i]!, 'x') - left);
    return measured.length > 0 ? measured.reduce((a, b) => (distance(b) < distance(a) ? b : a)) : idx;
  }

  #destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #logs() { return { logX: this.logX ?? this.view.logX ?? false, logY: this.logY ?? this.view.logY ?? false }; }
  #size() { return { width: this.clientWidth, height: this.main ? HEIGHT.main : HEIGHT.small }; }
}

const swatch = (t: Trace, { colour, shape }: Look): TemplateResult => {
  const dash = t.role === 'theory' || t.role === 'reference' ? dashOf(t.role, t.index ?? 0).join(' ') : '';
  const points = CORNERS[shape].map(([x, y]) => `${14 + 4 * x},${6 + 4 * y}`).join(' ');
  const mark = points ? svg`<polygon points=${points} fill=${colour} />` : svg`<circle cx="14" cy="6" r=${shape === 'ring' ? 3 : 4} fill=${shape === 'ring' ? 'none' : colour} stroke=${colour} stroke-width=${shape === 'ring' ? 2 : 0} />`;
  return html`<svg width="28" height="12" aria-hidden="true"><line x1="0" y1="6" x2="28" y2="6" stroke=${colour} stroke-width="2" stroke-dasharray=${dash} />${t.role === 'mean' ? mark : nothing}</svg>`;
};

customElements.define('lab-chart', LabChart);
