/**
 * Styles that components share. Colours come from custom properties of the document (--bg, --surface, --fg, --muted, --line, --edge,
 * --accent, --on-accent, --good, --bad, --warn-bg, --warn-edge, --fail-bg, --font), which pass through shadow roots.
 */
import { css } from 'lit';

export const base = css`
  :host { display: block; min-width: 0; color: var(--fg); font: 1rem/1.5 var(--font); }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  h2 { font-size: 1.1rem; line-height: 1.3; margin: 0 0 0.5rem; }
  p { margin: 0 0 0.5rem; }
  a { color: var(--accent); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .muted { color: var(--muted); }
  .small { font-size: 0.875rem; }
  .number { font-variant-numeric: tabular-nums; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  summary { cursor: pointer; width: fit-content; }
`;

export const forms = css`
  button, input, select { font: inherit; color: inherit; }
  button {
    min-height: 2.5rem; padding: 0.25rem 0.9rem; border: 1px solid var(--edge); border-radius: 0.4rem;
    background: var(--bg); cursor: pointer;
  }
  button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 650; min-width: 6rem; }
  button.primary:hover:not(:disabled) { color: var(--on-accent); filter: brightness(1.08); }
  button.primary:disabled { background: var(--bg); border-color: var(--edge); }
  button:disabled { cursor: not-allowed; color: var(--muted); border-style: dashed; }
  input:not([type=checkbox], [type=radio], [type=range]), select {
    min-height: 2.25rem; padding: 0.15rem 0.5rem; border: 1px solid var(--edge); border-radius: 0.3rem; background: var(--bg);
  }
  select { max-width: 100%; min-width: 0; text-overflow: ellipsis; }
  input[type=range], input[type=checkbox], input[type=radio] { accent-color: var(--accent); }
  fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
  legend { padding: 0; font-weight: 600; }
`;

export const tables = css`
  .scroll { overflow: auto; max-height: 20rem; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  caption { text-align: start; color: var(--muted); }
  th, td { padding: 0.15rem 0.75rem 0.15rem 0; text-align: end; border-bottom: 1px solid var(--line); white-space: nowrap; }
  th { position: sticky; top: 0; background: var(--bg); }
`;
