/** Boxes that tell the reader what is unusual: a slow adapter, a failure, an event of the run. */
import type { AdapterInfo, RunError } from '../lab/run';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { EventRow } from '../lab/study';
import type { KeptRun } from '../lab/store/types';
import { formatSeconds } from './format';

export const noticeStyles = css`
  .notice { padding: 0.75rem 1rem; border: 1px solid var(--edge); border-inline-start-width: 0.35rem; border-radius: 0.4rem; margin: 0 0 0.75rem; overflow-wrap: anywhere; }
  .notice p:last-child { margin: 0; }
  .notice.warning { background: var(--warn-bg); border-color: var(--warn-edge); }
  .notice.error { background: var(--fail-bg); border-color: var(--bad); }
  .notice pre { max-height: 16rem; overflow: auto; white-space: pre-wrap; margin: 0 0 0.5rem; font-size: 0.85rem; }
`;

const TITLES: Readonly<Record<string, string>> = {
  NoWebGPUError: 'No GPU can be used here',
  MemoryError: 'This needs more memory than the GPU gives',
  LimitError: 'This needs more of the GPU at once than it allows',
  DeviceLostError: 'The GPU went away',
  ShaderError: 'A kernel does not compile',
  GPURunError: 'The GPU reported an error',
  NonFiniteError: 'A network diverged',
  ConfigError: 'A setting or a file does not fit',
  WorkerError: 'The part of the page that trains could not be loaded',
  StorageError: 'A kept run cannot be used',
  FormatError: 'A file cannot be read',
};
const ADVICE: Readonly<Record<string, string>> = {
  NoWebGPUError: 'Everything on this page but the measurement works without it: the question, the theory and the settings.',
  MemoryError: 'Choose a smaller preset, or smaller sizes, and run again.',
  LimitError: 'Nothing was run. Another study, or another GPU, may do; please report it with what the Device page says.',
  ConfigError: 'Correct it above. A preset resets all settings and takes chosen files away.',
  FormatError: 'Correct the file, or choose another, and run again.',
  DeviceLostError:
    'Reload the page: it offers to go on from the last checkpoint that was kept. Close other programs that use the GPU, or choose a smaller preset, if it happens again.',
  ShaderError:
    'Nothing that you set can mend this. Please report it with the text above and what the Device page says; other studies may work.',
  StorageError: 'Everything else on this page works.',
  WorkerError: 'Reload the page. If that does not help, the browser is too old or blocks workers.',
};

/** Cause, what is preserved, what to do. `kept`: points measured before the failure. `advice`: in place of what a study's page says. */
export const failureNotice = (error: RunError, kept: number, advice?: string): TemplateResult => html`
  <div class="notice error" role="alert">
    <p><b>${TITLES[error.name] ?? 'The run failed'}</b> <span class="small muted">(${error.name})</span></p>
    ${error.message.includes('\n') ? html`<pre>${error.message}</pre>` : html`<p>${error.message}</p>`}
    ${kept > 0 ? html`<p>What was measured before is kept (${kept} points) and can be saved below; it was not judged.</p>` : nothing}
    <p>${advice ?? ADVICE[error.name] ?? 'Run starts again from the beginning, on a fresh device.'}</p>
  </div>`;

/** The link names something that is not here. */
export const linkNotice = (error: RunError): TemplateResult => html`
  <div class="notice error" role="alert">
    <p><b>This link cannot be read</b></p>
    <p>${error.message}.</p>
    <p>The page shows its own first settings instead. Any change of a setting replaces the link.</p>
  </div>`;

/** Keys of the address that are no settings: most often a mail program's or a search engine's. */
export const ignoredNotice = (keys: readonly string[]): TemplateResult => html`
  <p class="small muted" role="status">Left out of the address: ${keys.join(', ')}. ${keys.length === 1 ? 'It is no setting' : 'They are no settings'} of this study.</p>`;

/** The run that the link names cannot be gone on with. */
export const resumeNotice = (error: RunError): TemplateResult => html`
  <div class="notice warning" role="status"><p><b>This run cannot be resumed:</b> ${error.message}. <a href="../runs/">All kept runs</a></p></div>`;

/** Kept runs cannot be read; training does not need them. */
export const storageNotice = (error: RunError): TemplateResult => html`
  <div class="notice warning" role="status">
    <p><b>Kept runs cannot be used here:</b> ${error.message}</p>
    <p>Runs work all the same; save what you want to keep as a file.</p>
  </div>`;

export const theoryNotice = (error: RunError): TemplateResult => html`
  <div class="notice warning" role="status"><p><b>The theory's curve cannot be computed for these settings:</b> ${error.message}. Measuring does not need it.</p></div>`;

/** A run that a reload or a crash has cut off. */
export const interruptedNotice = (run: KeptRun, build: string, resume: () => void, discard: () => void): TemplateResult => {
  const { progress } = run;
  const share = progress && progress.total > 0 ? `${Math.floor((100 * progress.done) / progress.total)} %` : 'its beginning';
  return html`
    <div class="notice" role="status">
      <p><b>A run was cut off</b> at ${share}, after ${formatSeconds(run.seconds)} (preset “${run.preset}”, started ${run.date.slice(0, 16).replace('T', ' ')} UTC). Its last checkpoint is kept, and the run that goes on from it gives the same numbers.</p>
      ${run.build === build ? nothing : html`<p>It was made by another build (${run.build.slice(0, 12)}; this one is ${build.slice(0, 12)}). Where the study has changed since, resuming is refused and the run stays as it is.</p>`}
      <p class="buttons"><button type="button" class="primary" @click=${resume}>Resume it</button> <button type="button" @click=${discard}>Discard it</button></p>
    </div>`;
};

export const softwareNotice = (adapter: AdapterInfo): TemplateResult => html`
  <p class="small muted" role="status"><b>No hardware GPU:</b> running on the processor (${adapter.name}): slower, the same numbers. Quick runs take about a minute at most.</p>`;

/** More would push the page away; the last ones matter most. */
const MOST_EVENTS = 5;
const WORDS: Readonly<Record<EventRow['level'], string>> = { info: 'Note', warning: 'Warning', error: 'Error' };
const box = (e: EventRow, more: TemplateResult | typeof nothing = nothing): TemplateResult =>
  html`<div class="notice ${e.level}" role="status"><p><b>${WORDS[e.level]}:</b> ${e.message}</p>${more}</div>`;
/** Each warning in a box of its own, the last five; all notes in one, the last of them open. */
export const eventNotices = (events: readonly EventRow[]): readonly TemplateResult[] => {
  const notes = events.filter((e) => e.level === 'info');
  const [last, earlier] = [notes.at(-1), notes.slice(0, -1)];
  const fold =
    earlier.length > 0
      ? html`<details class="small"><summary>${earlier.length} earlier</summary><ul>${earlier.map((e) => html`<li>${e.message}</li>`)}</ul></details>`
      : nothing;
  return [
    ...events
      .filter((e) => e.level !== 'info')
      .slice(-MOST_EVENTS)
      .map((e) => box(e)),
    ...(last ? [box(last, fold)] : []),
  ];
};
