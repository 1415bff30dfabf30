/** What a study says about one config, asked once, and an element for each of its views. */
import { html, type TemplateResult } from 'lit';
import type { Claim, Config, Study, Reference, View } from '../lab/study';
import { matching, referenceCurves } from '../lab/reference';
import type { RowTable } from '../lab/table';
import type { Computed } from '../lab/worker/client';
import './labChart';
import './labHeatmap';

export interface Description {
  readonly references: readonly Reference[];
  readonly config: Config;
  readonly views: readonly View[];
  readonly claims: readonly Claim[];
  /** The stored run of the same settings, if there is one, and its curves. */ readonly reference: Reference | undefined;
  readonly stored: Computed['curves'];
}

/** Keep the result for as long as the config stays the same object. */
export const describe = (study: Study, references: readonly Reference[], config: Config): Description => {
  const reference = matching(references, config);
  return {
    references,
    config,
    views: study.views(config),
    claims: study.claims(config),
    reference,
    stored: reference ? referenceCurves(reference) : [],
  };
};

/** The main plot, other measurements, the diagnostics strip, heatmaps: each in the study's order. */
export interface ViewElements {
  readonly main: readonly TemplateResult[];
  readonly further: readonly TemplateResult[];
  readonly strip: readonly TemplateResult[];
  readonly maps: readonly TemplateResult[];
}

export const viewElements = ({ views, stored }: Description, { curves, markers }: Computed, table: RowTable): ViewElements => {
  const all = [...stored, ...curves];
  const element = (view: View, main: boolean): TemplateResult =>
    view.kind === 'line'
      ? html`<lab-chart class="view" ?main=${main} ?small=${view.place === 'diagnostic'} .view=${view} .table=${table} .version=${table.version} .curves=${all} .markers=${markers}></lab-chart>`
      : html`<lab-heatmap class="view" .view=${view} .table=${table} .version=${table.version}></lab-heatmap>`;
  const rest = views.slice(1);
  const those = (holds: (v: View) => boolean): TemplateResult[] => rest.filter(holds).map((v) => element(v, false));
  return {
    main: views.slice(0, 1).map((v) => element(v, true)),
    further: those((v) => v.kind === 'line' && v.place !== 'diagnostic'),
    strip: those((v) => v.place === 'diagnostic'),
    maps: those((v) => v.kind === 'heatmap' && v.place !== 'diagnostic'),
  };
};
