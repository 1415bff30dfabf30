/** How <lab-chart> looks. */
import { css, unsafeCSS } from 'lit';
import uPlotCss from 'uplot/dist/uPlot.min.css?inline';
import { base, forms, tables } from './styles';

export const chartStyles = [
  unsafeCSS(uPlotCss),
  base,
  forms,
  tables,
  css`
  :host { contain: inline-size; }
  .bar { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between; }
  .bar h2 { margin: 0; flex: 1 1 auto; }
  .bar button { min-height: 1.75rem; padding: 0 0.6rem; }
  .toggles { display: flex; flex-wrap: wrap; gap: 0 0.75rem; }
  .toggles label { display: inline-flex; gap: 0.3rem; align-items: center; min-height: 1.5rem; }
  :host([small]) h2 { font-size: 0.95rem; }
  ul { list-style: none; margin: 0.25rem 0 0.5rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.25rem; }
  li { display: inline-flex; gap: 0.4rem; align-items: center; }
  li svg { flex: none; }
  li b { font-weight: 600; min-width: 4.5rem; }
  .lost { margin: 0.25rem 0; }
  .u-select { background: color-mix(in srgb, var(--accent) 20%, transparent); }
`,
];
