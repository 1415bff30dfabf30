/** <lab-gallery>: a card for each experiment. */
import { css, html, LitElement, type TemplateResult } from 'lit';
import type { Experiment } from '../lab/experiment';
import { base } from './styles';

export class LabGallery extends LitElement {
  static override styles = [base, css`
    h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1.5rem 0 0.5rem; }
    .lead { max-width: 42rem; margin-bottom: 1.5rem; }
    ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(18rem, 100%), 1fr)); }
    li { position: relative; padding: 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--surface); }
    li:hover, li:focus-within { border-color: var(--accent); }
    li p:last-child { margin: 0; }
    a::after { content: ''; position: absolute; inset: 0; }
  `];
  static override properties = { experiments: { attribute: false } };
  /** Each has its page in the folder of its id. */
  declare experiments: readonly Experiment[];

  protected override render(): TemplateResult {
    return html`
      <h1>Deep-learning theory, measured in this browser</h1>
      <p class="lead">Each experiment trains networks on your GPU, draws what it measures over the theory's own curve, and says whether the two agree.</p>
      <ul>${(this.experiments ?? []).map((e) => html`<li>
        <h2><a href="./${e.id}/">${e.title}</a></h2>
        <p>${e.question}</p>
        <p class="small muted">${e.summary}</p></li>`)}</ul>`;
  }
}
customElements.define('lab-gallery', LabGallery);
