/** <lab-gallery>: a card for each phenomenon, with what was measured of it before, and the way to the other pages. */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { referencesOf } from '../lab/reference';
import type { Card, Reference } from '../lab/study';
import { figureStyles, referenceFigure } from './referenceFigure';
import { base } from './styles';

/** Pages beside the studies, by folder. */
const OTHERS = [
  { id: 'playground', title: 'Playground', says: 'your own model and data' },
  { id: 'runs', title: 'Runs', says: 'what this browser has kept: compare, resume, export' },
  { id: 'device', title: 'Device', says: 'your GPU, its limits, and a test of every kernel on it' },
  { id: 'bench', title: 'Bench', says: 'how fast kernels and training steps run on it, against its own roofs' },
] as const;

/** The preset that a card shows, the best first; else the first there is. */
const SHOWN: readonly string[] = ['standard', 'quick'];
const shown = (references: readonly Reference[]): Reference | undefined =>
  SHOWN.map((name) => references.find((r) => r.preset === name)).find((r) => r !== undefined) ?? references[0];

export class LabGallery extends LitElement {
  static override styles = [
    base,
    figureStyles,
    css`
    h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
    .lead { max-width: 42rem; margin-bottom: 1.5rem; }
    .cards { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); }
    .cards > li { position: relative; padding: 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--surface); min-width: 0; }
    .cards > li:hover, .cards > li:focus-within { border-color: var(--accent); }
    .cards a::after { content: ''; position: absolute; inset: 0; }
    .empty { display: grid; place-items: center; min-height: 8rem; border: 1px dashed var(--edge); border-radius: 0.3rem; text-align: center; padding: 0.5rem; }
    .others { margin: 1.5rem 0 0; padding: 0; list-style: none; display: grid; gap: 0.25rem; }
    .others a { display: inline-block; min-height: 1.5rem; }
  `,
  ];
  static override properties = { cards: { attribute: false }, figures: { state: true } };
  /** Each has its page in the folder of its id. */
  declare cards: readonly Card[];
  /** The stored run that each card shows, by its id, where one is loaded. */
  declare figures: ReadonlyMap<string, Reference>;

  constructor() {
    super();
    this.cards = [];
    this.figures = new Map();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('cards')) for (const each of this.cards) void this.#load(each);
  }
  async #load(each: Card): Promise<void> {
    const reference = shown(await referencesOf(each));
    if (reference) this.figures = new Map([...this.figures, [each.id, reference]]);
  }

  protected override render(): TemplateResult {
    const others = OTHERS.filter(({ id }) => !this.cards.some((card) => card.id === id));
    return html`
      <h1>Deep-learning theory, measured in this browser</h1>
      <p class="lead">Each page trains networks on your GPU, draws what it measures over the theory's own curve, and says whether the two agree.</p>
      <ul class="cards">${this.cards.map((each) => card(each, this.figures.get(each.id)))}</ul>
      <ul class="others" aria-label="Other pages">${others.map((o) => html`<li><a href="./${o.id}/">${o.title}</a>: ${o.says}</li>`)}</ul>`;
  }
}

const card = ({ id, title, summary, question }: Card, reference: Reference | undefined): TemplateResult => html`<li>
    <h2><a href="./${id}/">${title}</a></h2>
    <p>${summary}</p>
    <p class="small muted">${question}</p>
    ${reference ? referenceFigure(reference) : html`<p class="empty small muted">Not measured yet: no stored run comes with this build. Open the page and press Run.</p>`}</li>`;

customElements.define('lab-gallery', LabGallery);
