/** The parts of a study's page, as functions of what they show. */
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { presetTime } from '../lab/reference';
import type { RunError } from '../lab/run';
import type { KeptRun } from '../lab/store/types';
import { PRESET_LABELS, PRESET_NAMES, type Claim, type Phenomenon, type PresetName, type Reference, type Study } from '../lab/study';
import type { Computed, RunClient } from '../lab/worker/client';
import { saveArtifact, saveBundle, savePlotted, savePngs, saveRows } from './downloads';
import {
  eventNotices,
  failureNotice,
  ignoredNotice,
  interruptedNotice,
  linkNotice,
  resumeNotice,
  softwareNotice,
  storageNotice,
  theoryNotice,
} from './notices';
import type { PageFacts } from './pageFacts';
import { linkTo, studyLink } from './pageLink';

/** The studies of the phenomenon; the one that is shown is marked. */
const tabs = ({ studies }: Phenomenon, shown: Study): TemplateResult | typeof nothing =>
  studies.length < 2
    ? nothing
    : html`<nav class="tabs" aria-label="Studies">${studies.map(
        (s) => html`<a href=${studyLink(s)} aria-current=${s.id === shown.id ? 'page' : nothing}>${s.title}</a>`,
      )}</nav>`;

export const head = (phenomenon: Phenomenon, study: Study, claims: readonly Claim[]): TemplateResult => html`
  <h1>${phenomenon.title}</h1>
  ${tabs(phenomenon, study)}
  <p class="question">${study.question}</p>
  <ul class="claims">${claims.map((c) => html`<li>${c.says} <span class="muted small">(${c.source})</span></li>`)}</ul>
  <details class="small"><summary>What would count against ${claims.length === 1 ? 'it' : 'them'}</summary>
    <ul>${claims.map((c) => html`<li>${c.says} Evidence against it: ${c.falsifier}.</li>`)}</ul></details>
  ${sources(phenomenon)}`;

const sources = ({ sources: all }: Phenomenon): TemplateResult | typeof nothing =>
  all.length === 0
    ? nothing
    : html`<p class="small">Sources: ${all.map((s, i) => html`${i > 0 ? ', ' : ''}<a href=${s.url}>${s.label}</a>`)}</p>`;

export const explained = ({ explanation: { see, why, limits } }: Study): TemplateResult => html`
  <section class="explanation">
    <h2>What you see</h2>${unsafeHTML(see)}
    <h2>Why</h2>${unsafeHTML(why)}
    <h2>Limits of this replica</h2>${unsafeHTML(limits)}
  </section>`;

interface PresetChoice {
  readonly study: Study;
  readonly references: readonly Reference[];
  readonly chosen: PresetName;
  /** The settings differ from those of the chosen preset, whose time then says nothing. */
  readonly changed: boolean;
  readonly choose: (name: PresetName) => void;
}
export const presets = ({ study, references, chosen, changed, choose }: PresetChoice): TemplateResult => {
  const time = (name: PresetName): TemplateResult | typeof nothing => {
    const text = changed && name === chosen ? 'with changes' : presetTime(study, references, name);
    return text ? html` <span class="small muted">${text}</span>` : nothing;
  };
  return html`<fieldset class="presets"><legend>Preset</legend>
    ${PRESET_NAMES.map(
      (name) => html`<label><input type="radio" name="preset" value=${name} .checked=${name === chosen} @change=${() => choose(name)}>
      <span>${PRESET_LABELS[name]}${time(name)}</span></label>`,
    )}</fieldset>`;
};

/** What of a page's state can call for a notice, and what the reader may do about it. */
export interface Noticed {
  readonly build: string;
  readonly interrupted: KeptRun | undefined;
  readonly linkError: RunError | undefined;
  readonly ignored: readonly string[];
  readonly resumeError: RunError | undefined;
  readonly storageError: RunError | undefined;
  readonly computed: Computed;
  resumeInterrupted(): Promise<void>;
  discardInterrupted(): Promise<void>;
}
export const notices = (page: Noticed, client: RunClient): readonly (TemplateResult | typeof nothing)[] => {
  const { interrupted, linkError, resumeError, storageError, computed } = page;
  const resume = (): void => {
    void page.resumeInterrupted();
  };
  const discard = (): void => {
    void page.discardInterrupted();
  };
  return [
    linkError ? linkNotice(linkError) : nothing,
    page.ignored.length > 0 ? ignoredNotice(page.ignored) : nothing,
    resumeError ? resumeNotice(resumeError) : nothing,
    storageError ? storageNotice(storageError) : nothing,
    interrupted && !client.active ? interruptedNotice(interrupted, page.build, resume, discard) : nothing,
    client.adapter?.software ? softwareNotice(client.adapter) : nothing,
    client.error ? failureNotice(client.error, client.table.points.length) : nothing,
    computed.error && !client.error ? theoryNotice(computed.error) : nothing,
    ...eventNotices(client.events),
  ];
};

/** Share and export. `tell`: shows what was done, or why it was not. */
export const foot = (facts: PageFacts, root: ParentNode, said: string, tell: (text: string) => void): TemplateResult => {
  const { study, client, preset, config } = facts;
  const empty = client.rows.length === 0;
  const own = Object.values(client.order?.inputs ?? {}).map((f) => f.name);
  const act = (what: () => void | Promise<void>, done: string) => async (): Promise<void> => {
    try {
      await what();
      tell(done);
    } catch (error) {
      tell(
        `That did not work (${error instanceof Error ? error.message : String(error)}). The run is unchanged; try again or choose another format.`,
      );
    }
  };
  const copy = async (): Promise<void> => {
    const link = linkTo(study, preset, config);
    try {
      await navigator.clipboard.writeText(link);
      const files = Object.values(facts.inputs).map((f) => f.name);
      tell(
        `Link copied: it holds the preset, the changed settings and the seed${files.length > 0 ? `, but not ${files.join(', ')}, which stays in this browser` : ''}.`,
      );
    } catch {
      // refused, or no clipboard at all
      tell(`The browser does not let this page copy. The link is ${link}`);
    }
  };
  const button = (label: string, disabled: boolean, what: () => void | Promise<void>, done: string): TemplateResult =>
    html`<button type="button" ?disabled=${disabled} @click=${act(what, done)}>${label}</button>`;
  return html`<section class="save" aria-label="Save and share">
    ${button('Plotted curves (CSV)', false, () => savePlotted(study, root), 'Saved: what the charts show now, means with their intervals, theory and stored curves.')}
    ${button('All rows (CSV)', empty, () => saveRows(study, client.table), 'Saved: every measured number, by seed.')}
    ${button('Charts (PNG)', false, () => savePngs(facts, root), 'Saved: every chart at twice the size, with its settings.')}
    ${button('Run (JSON)', empty || client.active, () => saveBundle(facts), `Saved: settings, verdicts and rows${own.length > 0 ? `, without ${own.join(', ')}` : ''}. Import it under Runs, or repeat it with the headless runner.`)}
    ${own.length > 0 ? button('Run with my data (JSON)', empty || client.active, () => saveBundle(facts, true), `Saved with ${own.join(', ')} inside: whoever has the file has your data.`) : nothing}
    ${[...client.artifacts.values()].map((a) => button(a.name, false, () => saveArtifact(study, a), `Saved: ${a.name}.`))}
    <button type="button" @click=${copy}>Copy link</button>
    <a href="../runs/">All kept runs</a>
    <span class="small said" role="status">${said}</span>
  </section>`;
};
