/** What an experiment says about one config, asked once, and an element for each of its views. */
import { html, type TemplateResult } from 'lit';
import type { Claim, Config, Curve, Experiment, Marker, View } from '../lab/experiment';
import type { RowTable } from '../lab/table';
import './labChart';
import './labHeatmap';

export interface Description { readonly config: Config; readonly views: readonly View[]; readonly curves: readonly Curve[]; readonly markers: readonly Marker[]; readonly claims: readonly Claim[] }

/** Curves may take long to compute: keep the result for as long as the config stays the same object. */
export const describe = (experiment: Experiment, config: Config): Description => ({
  config, views: experiment.views(config), curves: experiment.theory(config), markers: experiment.markers?.(config) ?? [], claims: experiment.claims(config),
});

/** In the experiment's order; the first is the main plot. */
export const viewElements = ({ views, curves, markers }: Description, table: RowTable): readonly TemplateResult[] => views.map((view, i) => (view.kind === 'line'
  ? html`<lab-chart class="view" ?main=${i === 0} .view=${view} .table=${table} .version=${table.version} .curves=${curves} .markers=${markers}></lab-chart>`
  : html`<lab-heatmap class="view" .view=${view} .table=${table} .version=${table.version}></lab-heatmap>`));
