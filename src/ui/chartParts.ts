/** Small pieces of a chart's surroundings. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Trace } from './chartTrace';
import { CORNERS, dashOf, FAINT, type Look } from './palette';

export const toggle = (label: string, checked: boolean, set: (on: boolean) => void): TemplateResult => html`
  <label class="small"><input type="checkbox" .checked=${checked} @change=${(e: Event) => set((e.target as HTMLInputElement).checked)}>${label}</label>`;

/** A legend's sample of a trace: line, dash and shape. */
export function swatch(t: Trace, { colour, shape }: Look): TemplateResult {
  const dash = t.role === 'theory' || t.role === 'reference' ? dashOf(t.role, t.index ?? 0).join(' ') : '';
  const points = CORNERS[shape].map(([x, y]) => `${14 + 4 * x},${6 + 4 * y}`).join(' ');
  const ring = shape === 'ring';
  const mark = points
    ? svg`<polygon points=${points} fill=${colour} />`
    : svg`<circle cx="14" cy="6" r=${ring ? 3 : 4} fill=${ring ? 'none' : colour} stroke=${colour} stroke-width=${ring ? 2 : 0} />`;
  return html`<svg width="28" height="12" aria-hidden="true" opacity=${t.role === 'reference' ? FAINT : 1}>
    <line x1="0" y1="6" x2="28" y2="6" stroke=${colour} stroke-width="2" stroke-dasharray=${dash} />${t.role === 'mean' ? mark : nothing}</svg>`;
}
