/** The parts of a study's page, as functions of what they show. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Claim, Config, Study, Inputs } from '../lab/study';
import { presetTime } from '../lab/reference';
import type { RunClient } from '../lab/worker/client';
import { saveArtifact, saveBundle, savePlotted, savePngs, saveRows } from './downloads';
import type { LabStudy } from './labStudy';
import {
  eventNotices,
  failureNotice,
  interruptedNotice,
  linkNotice,
  resumeNotice,
  softwareNotice,
  storageNotice,
  theoryNotice,
} from './notices';
import { linkTo } from './pageLink';

/** What exports say of a run. `preset` and `config`: those of the page; a run that was made has its own in `client.order`. */
export interface PageFacts {
  readonly study: Study;
  readonly preset: string;
  readonly config: Config;
  readonly build: string;
  readonly inputs: Inputs;
  readonly client: RunClient;
}

export const head = (study: Study, claims: readonly Claim[]): TemplateResult => html`
  <h1>${study.title}</h1>
  <p class="question">${study.question}</p>
  <ul class="claims">${claims.map((c) => html`<li>${c.says} <span class="muted small">(${c.source})</span></li>`)}</ul>
  <details class="small"><summary>What would count against ${claims.length === 1 ? 'it' : 'them'}</summary><ul>${claims.map((c) => html`<li>${c.says} Against it: ${c.falsifier}.</li>`)}</ul></details>
  ${study.sources.length > 0 ? html`<p class="small">Sources: ${study.sources.map((s, i) => html`${i > 0 ? ', ' : ''}<a href=${s.url}>${s.label}</a>`)}</p>` : nothing}`;

/** `changed`: the settings differ from those of the chosen preset, whose time then says nothing. */
export const presets = (study: Study, chosen: string, changed: boolean, choose: (name: string) => void): TemplateResult => html`
  <fieldset class="presets"><legend>Preset</legend>
    ${Object.entries(study.presets).map(
      ([name, p]) => html`<label><input type="radio" name="preset" value=${name} .checked=${name === chosen} @change=${() => choose(name)}>
      <span>${p.label}${timeText(study, name, changed && name === chosen)}</span></label>`,
    )}</fieldset>`;

const timeText = (study: Study, name: string, changed: boolean): TemplateResult | typeof nothing => {
  const text = changed ? 'with changes' : presetTime(study, name);
  return text ? html` <span class="small muted">${text}</span>` : nothing;
};

export const notices = (page: LabStudy, client: RunClient): readonly (TemplateResult | typeof nothing)[] => {
  const { interrupted, linkError, resumeError, storageError, computed } = page;
  const resume = (): void => {
    void page.resumeInterrupted();
  };
  const discard = (): void => {
    void page.discardInterrupted();
  };
  return [
    linkError ? linkNotice(linkError) : nothing,
    resumeError ? resumeNotice(resumeError) : nothing,
    storageError ? storageNotice(storageError) : nothing,
    interrupted && !client.active ? interruptedNotice(interrupted, page.build, resume, discard) : nothing,
    client.adapter?.software ? softwareNotice(client.adapter, page.study!.presets[page.preset]!.label) : nothing,
    client.error ? failureNotice(client.error, client.table.points.length) : nothing,
    computed.error && !client.error ? theoryNotice(computed.error) : nothing,
    ...eventNotices(client.events),
  ];
};

/** Share and export. `tell`: shows what was done, or why it was not. */
export const foot = (facts: PageFacts, root: ParentNode, said: string, tell: (text: string) => void): TemplateResult => {
  const { study, client, preset, config } = facts;
  const empty = client.rows.length === 0;
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
    ${button('Run (JSON)', empty || client.active, () => saveBundle(facts), 'Saved: settings, verdicts and rows. Import it under Runs, or repeat it with the headless runner.')}
    ${[...client.artifacts.values()].map((a) => button(a.name, false, () => saveArtifact(study, a), `Saved: ${a.name}.`))}
    <button type="button" @click=${copy}>Copy link</button>
    <a href="../runs/">All kept runs</a>
    <span class="small said" role="status">${said}</span>
  </section>`;
};
