/** Layout of the study page: one column on a phone, settings beside the results where there is room. */
import { css } from 'lit';
import { noticeStyles } from './notices';
import { base, forms } from './styles';

export const pageStyles = [
  base,
  forms,
  noticeStyles,
  css`
  h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: 1rem 0 0.25rem; }
  .tabs { display: flex; flex-wrap: wrap; gap: 0 1.25rem; border-bottom: 1px solid var(--line); margin: 0.25rem 0 0.75rem; }
  .tabs a { display: inline-flex; align-items: center; min-height: 2rem; text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
  .tabs a:hover { border-color: var(--edge); }
  .tabs a[aria-current] { border-color: var(--accent); color: var(--fg); font-weight: 600; }
  .question { font-size: 1.1rem; max-width: 46rem; }
  .claims { margin: 0 0 0.5rem; padding-inline-start: 1.2rem; max-width: 52rem; }
  section { margin-top: 1.5rem; }
  .columns { display: grid; gap: 1.25rem 2rem; margin-top: 1rem; }
  .columns > * { min-width: 0; }
  .settings { margin: 0; }
  .results { display: grid; gap: 0.75rem; align-content: start; }
  .results > * { min-width: 0; margin-bottom: 0; }
  .presets { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-bottom: 1rem; }
  .presets legend { float: inline-start; margin-inline-end: 0.5rem; }
  .presets label { display: inline-flex; gap: 0.35rem; align-items: center; min-height: 1.75rem; }
  .grid { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }
  .grid > * { min-width: 0; }
  .strip { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); }
  .strip > * { min-width: 0; }
  .said { flex-basis: 100%; overflow-wrap: anywhere; }
  .notice .buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .explanation { max-width: 46rem; }
  .explanation h2, .explanation h3 { margin-top: 1.25rem; }
  .save { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; padding-top: 1rem; border-top: 1px solid var(--line); }
  @media (min-width: 62rem) {
    .columns { grid-template-columns: 17rem minmax(0, 1fr); }
    .presets { flex-direction: column; }
    .presets legend { float: none; }
  }
`,
];
