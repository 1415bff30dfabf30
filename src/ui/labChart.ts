/**
 * <lab-chart>: one LineView. Mean solid with its 95 % band, theory dashed, reference faint. Reads a RowTable and holds no state of the
 * run; drawn at most once a frame however fast rows come, and not while nobody can see it. Drag to zoom in x; double click, Escape or the
 * button Follow shows all again.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import type { Curve, LineView, Marker } from '../lab/study';
import type { RowTable } from '../lab/table';
import { align, tracesOf, xRangeOf, yRange } from './chartData';
import type { MeansCache } from './chartMeans';
import { lookOfTrace, plotOptions, themeOf, type PlotInput } from './chartOptions';
import { Pacer } from './chartPacer';
import { swatch, toggle } from './chartParts';
import { chartStyles } from './chartStyles';
import { dataTable, describeChart, lostText, seedsLabel, seedsText } from './chartText';
import { indexFrom, thin } from './chartThin';
import type { Range, Trace } from './chartTrace';
import { including, zoomIn, zoomOut } from './chartWindow';
import { formatNumber } from './format';

const HEIGHT = { main: 380, plain: 260, small: 150 } as const;
/** What is followed at once; rows come in their own time. */
const INPUTS = ['view', 'curves', 'markers', 'logX', 'logY', 'showSeeds'] as const;
const KEYS = 'Arrow keys read single values, plus and minus zoom, 0 or Escape shows all.';

export class LabChart extends LitElement {
  static override styles = chartStyles;
  static override properties = {
    view: { attribute: false },
    table: { attribute: false },
    version: { attribute: false },
    curves: { attribute: false },
    markers: { attribute: false },
    main: { type: Boolean },
    small: { type: Boolean, reflect: true },
    logX: { state: true },
    logY: { state: true },
    showSeeds: { state: true },
    tableOpen: { state: true },
    zoom: { state: true },
    at: { state: true },
    spoken: { state: true },
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
  /** A diagnostic: lower, its switches folded away. */
  declare small: boolean;
  /** The reader's choice; undefined: the view's. */
  declare logX: boolean | undefined;
  declare logY: boolean | undefined;
  declare showSeeds: boolean;
  declare tableOpen: boolean;
  /** The part of the x axis that the reader chose; undefined: all, however it grows. */
  declare zoom: Range | undefined;
  /** x that is read out. */
  declare at: number | undefined;
  /** The same in words, where it was chosen by key. */
  declare spoken: string;

  #plot: uPlot | undefined;
  #built = '';
  #viewKey = '';
  readonly #means: MeansCache = new Map();
  #stale = false;
  /** The readout was chosen by key: it stays at its x, not under the pointer. */
  #held = false;
  #traces: readonly Trace[] = [];
  #words = { description: '', lost: '' };
  #all: { readonly x: Range; readonly y: Range } = { x: [0, 1], y: [0, 1] };
  /** Thinned traces and their columns. */
  #shown: readonly Trace[] = [];
  #columns: (number | null | undefined)[][] = [[]];
  /** Indices into the columns at which something was measured, ascending; those of all while nothing was. */
  #stops: readonly number[] = [];
  readonly #pacer = new Pacer(this, () => {
    this.#read();
    this.requestUpdate();
    this.performUpdate();
  });
  readonly #resize = new ResizeObserver(() => {
    if (this.clientWidth === 0) return;
    if (this.#plot) this.#plot.setSize(this.#size());
    else requestAnimationFrame(this.#rebuild); // not now: it changes what is being observed
  });
  #scheme: MediaQueryList | undefined;

  constructor() {
    super();
    this.showSeeds = this.tableOpen = this.main = this.small = false;
    this.curves = this.markers = [];
    this.spoken = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    this.#scheme = matchMedia('(prefers-color-scheme: dark)');
    this.#scheme.addEventListener('change', this.#rebuild);
    this.#built = '';
    this.requestUpdate('view'); // draws again after a move in the DOM
  }

  override disconnectedCallback(): void {
    this.#resize.disconnect();
    this.#scheme?.removeEventListener('change', this.#rebuild);
    this.#destroy();
    super.disconnectedCallback();
  }

  /** Draws what is new at once, seen or not. */
  catchUp(): void {
    this.#pacer.flush();
  }
  /** Every point of what is shown, up to date, whatever the zoom. */
  get traces(): readonly Trace[] {
    this.#pacer.flush();
    return this.#traces;
  }
  /** What is drawn now, for an image of it. */
  get drawn(): {
    readonly traces: readonly Trace[];
    readonly columns: uPlot.AlignedData;
    /** What is not, and why. */ readonly lost: string;
  } {
    this.#pacer.flush();
    return { traces: this.#shown, columns: this.#columns as uPlot.AlignedData, lost: this.#words.lost };
  }
  plotInput(): PlotInput {
    const { view, markers } = this;
    return {
      view,
      markers: markers.filter((m) => m.chart === view.chart),
      traces: () => this.#shown,
      ranges: () => ({ x: this.zoom ?? this.#all.x, y: this.#all.y }),
      ...this.#logs(),
      theme: themeOf(this),
      ...this.#size(),
      scale: 1,
    };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.view || !this.table) return;
    if (changed.has('view')) {
      const key = JSON.stringify(this.view);
      if (this.#viewKey && key !== this.#viewKey) this.zoom = this.at = undefined;
      if (key !== this.#viewKey) this.#means.clear();
      this.#viewKey = key;
    }
    if (INPUTS.some((key) => changed.has(key))) this.#read();
    else {
      if (changed.has('table') || changed.has('version')) this.#pacer.ask();
      if (changed.has('zoom')) this.#cut();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.view || !this.table) return nothing;
    const { title, x } = this.view;
    const at = this.#index();
    const follow = html`<button class="small" aria-label="Follow: show all of ${title} as it grows" @click=${this.#follow}>Follow</button>`;
    return html`
      <div class="bar"><h2>${title}</h2>${this.zoom ? follow : nothing}
        ${this.small ? html`<details class="small"><summary>Display</summary>${this.#toggles()}</details>` : this.#toggles()}</div>
      <ul class="small"><li><span>${x}</span><b class="number">${at === undefined ? '' : formatNumber(this.#columns[0]![at]!)}</b></li>
        ${this.#named().map((t) => this.#legend(t, at))}</ul>
      <div id="plot" role="img" tabindex="0" aria-label="${this.#words.description} ${KEYS}" 
        @keydown=${this.#key} @pointermove=${() => {
          this.#held = false;
        }}></div>
      <output class="hidden" aria-live="polite">${this.spoken}</output>
      ${this.#words.lost ? html`<p class="small lost">${this.#words.lost}</p>` : nothing}
      <details class="small" @toggle=${(e: Event) => {
        this.tableOpen = (e.target as HTMLDetailsElement).open;
      }}>
        <summary>Data table</summary>${this.tableOpen ? this.#data() : nothing}
      </details>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!this.view || !this.table || !this.isConnected) return;
    if (changed.has('main') || changed.has('small')) this.#plot?.setSize(this.#size());
    if (!this.#stale) return;
    this.#stale = false;
    const structure = JSON.stringify([this.view, this.#shown.map((t) => [t.role, t.series, t.label]), this.markers, this.#logs()]);
    if (structure !== this.#built || !this.#plot) {
      this.#built = structure;
      this.#rebuild();
    } else this.#plot.setData(this.#columns as uPlot.AlignedData);
    queueMicrotask(this.#hold); // after uPlot's own, in which it finds its scales
  }

  #toggles(): TemplateResult {
    const { logX, logY } = this.#logs();
    return html`<div class="toggles" role="group" aria-label="Display of ${this.view.title}">
      ${toggle('log x', logX, (on) => {
        this.logX = on;
      })}${toggle('log y', logY, (on) => {
        this.logY = on;
      })}
      ${toggle(seedsLabel(this.#traces), this.showSeeds, (on) => {
        this.showSeeds = on;
      })}</div>`;
  }

  #named(): readonly Trace[] {
    return this.#shown.filter((t) => t.role === 'mean' || t.role === 'theory' || t.role === 'reference');
  }
  #value(t: Trace, at: number): string {
    const value = this.#columns[1 + this.#shown.indexOf(t)]?.[at];
    return typeof value === 'number' ? formatNumber(value) : '–';
  }
  #legend(t: Trace, at: number | undefined): TemplateResult {
    const kind = t.role === 'mean' ? (t.n![1] > 0 ? `mean of ${seedsText(t.n!)}${t.n![1] > 1 ? ', 95 % band' : ''}` : '') : t.role;
    return html`<li>${swatch(t, lookOfTrace(t, this.view, { fg: 'var(--fg)' }))}<span>${t.label}${kind ? html` <span class="muted">(${kind})</span>` : nothing}</span>
      <b class="number">${at === undefined ? '' : this.#value(t, at)}</b></li>`;
  }

  #data(): TemplateResult {
    const { head, rows, total } = dataTable(this.view, this.table);
    const caption = rows.length < total ? `${rows.length} of ${total} rows, evenly spread; the CSV file has all.` : `${total} rows.`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Data of ${this.view.title}"><table>
      <caption>${caption} ${this.#words.lost}</caption>
      <thead><tr>${head.map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  /** From the table to what is to be drawn. */
  #read(): void {
    const logs = this.#logs();
    this.#traces = tracesOf({ view: this.view, table: this.table, curves: this.curves, showSeeds: this.showSeeds, ...logs }, this.#means);
    this.#all = { x: xRangeOf(this.#traces, logs.logX), y: yRange(this.#traces, logs.logY) };
    this.#words = { description: describeChart(this.view, this.#traces), lost: lostText(this.#traces) };
    if (this.zoom && logs.logX && this.zoom[0] <= 0) this.zoom = undefined;
    this.#cut();
  }
  /** The part of it that the plot shows, as fine as it can. */
  #cut(): void {
    this.#shown = thin(this.#traces, this.zoom ?? this.#all.x, this.#logs().logX);
    this.#columns = align(this.#shown);
    const means = this.#columns.filter((_, i) => this.#shown[i - 1]?.role === 'mean');
    const indices = [...this.#columns[0]!.keys()];
    const measured = indices.filter((i) => means.some((m) => typeof m[i] === 'number'));
    this.#stops = measured.length > 0 ? measured : indices;
    this.#stale = true;
  }

  readonly #rebuild = (): void => {
    this.#destroy();
    const target = this.renderRoot.querySelector<HTMLElement>('#plot');
    if (!target || !this.view || !this.table || this.clientWidth === 0) return;
    const options = plotOptions(this.plotInput());
    const hooks = { ...options.hooks, setSelect: [this.#select], setCursor: [(u: uPlot) => this.#point(u)] };
    const bind = {
      dblclick: () => () => {
        this.#follow();
        return null;
      },
    };
    this.#plot = new uPlot({ ...options, hooks, cursor: { ...options.cursor, bind } }, this.#columns as uPlot.AlignedData, target);
  };

  readonly #select = (u: uPlot): void => {
    const { left, width } = u.select;
    if (width <= 0) return;
    this.zoom = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  };
  /** Shows all of the x axis, however it grows. */
  follow(): void {
    if (this.renderRoot instanceof ShadowRoot && this.renderRoot.activeElement instanceof HTMLButtonElement)
      this.renderRoot.querySelector<HTMLElement>('#plot')?.focus();
    this.zoom = undefined;
  }
  readonly #follow = (): void => this.follow();
  #point(u: uPlot): void {
    const { left } = u.cursor;
    if (this.#held) return;
    this.at = left === undefined || left < 0 ? undefined : this.#nearest(u.posToVal(left, 'x'));
  }
  readonly #hold = (): void => {
    if (this.#held && this.at !== undefined) this.#plot?.setCursor({ left: this.#plot.valToPos(this.at, 'x'), top: 0 }, false);
  };
  /** The x nearest to this, as seen, at which there is something to read. */
  #nearest(x: number): number | undefined {
    const place = this.#logs().logX ? Math.log : (v: number) => v;
    const xs = this.#stops.map((i) => this.#columns[0]![i]!);
    const after = indexFrom(xs, x);
    const [a, b] = [xs[after - 1], xs[after]];
    return a === undefined || (b !== undefined && place(b) - place(x) < place(x) - place(a)) ? b : a;
  }
  /** Of `at` in the columns; of the nearest where new points have taken its place. */
  #index(): number | undefined {
    const x = this.at === undefined ? undefined : this.#nearest(this.at);
    return x === undefined ? undefined : indexFrom(this.#columns[0] as number[], x);
  }

  readonly #key = (e: KeyboardEvent): void => {
    const { logX } = this.#logs();
    const actions: Readonly<Record<string, () => void>> = {
      '+': () => {
        this.zoom = zoomIn(this.zoom, this.#all.x, logX);
      },
      '-': () => {
        this.zoom = zoomOut(this.zoom, this.#all.x, logX);
      },
      '0': this.#follow,
      Escape: this.#follow,
      ArrowLeft: () => {
        void this.#step(-1);
      },
      ArrowRight: () => {
        void this.#step(1);
      },
    };
    const act = e.ctrlKey || e.metaKey || e.altKey ? undefined : actions[e.key === '=' ? '+' : e.key];
    if (!act) return;
    e.preventDefault();
    act();
  };
  /** Reads the next value to the right or left, and moves the window after it. */
  async #step(by: 1 | -1): Promise<void> {
    const now = this.#index();
    const [first, last] = [0, this.#stops.length - 1];
    const next = now === undefined ? (by > 0 ? first : last) : Math.min(last, Math.max(first, indexFrom(this.#stops, now) + by));
    const x = this.#columns[0]![this.#stops[next] ?? -1];
    if (typeof x !== 'number') return;
    this.#held = true;
    this.at = x;
    this.zoom = including(this.zoom, x, this.#logs().logX);
    await this.updateComplete;
    this.#hold();
    const at = this.#index()!;
    this.spoken = [`${this.view.x} ${formatNumber(x)}`, ...this.#named().map((t) => `${t.label} ${this.#value(t, at)}`)].join(', ');
  }

  #destroy(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #logs() {
    return { logX: this.logX ?? this.view.logX ?? false, logY: this.logY ?? this.view.logY ?? false };
  }
  #size() {
    return { width: this.clientWidth, height: HEIGHT[this.main ? 'main' : this.small ? 'small' : 'plain'] };
  }
}

customElements.define('lab-chart', LabChart);
