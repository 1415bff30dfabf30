/** <lab-verdicts>: what each claim says, what was measured, and whether the two agree. Word and sign first, colour last. */
import type { ClaimVerdict } from '../lab/claim';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Claim } from '../lab/study';
import { VERDICTS } from './runText';
import { base } from './styles';

const OPEN = { sign: '·', word: 'Not judged yet' } as const;

export class LabVerdicts extends LitElement {
  static override styles = [
    base,
    css`
    ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem; }
    li { display: grid; grid-template-columns: 10rem 1fr; gap: 0.25rem 1rem; padding: 0.75rem; background: var(--surface); border-inline-start: 0.25rem solid var(--edge); border-radius: 0.3rem; }
    li.agrees { border-color: var(--good); }
    li.disagrees { border-color: var(--bad); }
    .agrees .word { color: var(--good); }
    .disagrees .word { color: var(--bad); }
    .word { font-weight: 700; }
    .sign { display: inline-block; width: 1.4em; }
    p:last-child { margin: 0; }
    @media (max-width: 36rem) { li { grid-template-columns: 1fr; } }
  `,
  ];
  static override properties = { claims: { attribute: false }, verdicts: { attribute: false } };
  declare claims: readonly Claim[];
  /** Undefined until a run has ended: half a run is no ground to judge on. */
  declare verdicts: readonly ClaimVerdict[] | undefined;

  protected override render(): TemplateResult {
    return html`<h2>Does it agree?</h2><ol aria-live="polite">${(this.claims ?? []).map((c) => this.#item(c))}</ol>`;
  }

  #item(claim: Claim): TemplateResult {
    const judged = this.verdicts?.find((v) => v.id === claim.id);
    const state = judged?.verdict ?? 'open';
    const { sign, word } = judged ? VERDICTS[judged.verdict] : OPEN;
    return html`<li class=${state}>
      <div class="word"><span class="sign" aria-hidden="true">${sign}</span>${word}</div>
      <div>
        <p>${claim.says}</p>
        ${judged ? html`<p><b>Measured:</b> ${judged.measured}</p>` : nothing}
        <p class="small muted">Source: ${claim.source}. Against it would count: ${claim.falsifier}.${claim.over ? ` Intervals are over ${claim.over}.` : ''}</p>
      </div></li>`;
  }
}
customElements.define('lab-verdicts', LabVerdicts);
