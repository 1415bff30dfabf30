/**
 * `npm run references [-- STUDY…] [--preset NAME] [--all]`: measures the stored runs again whose code or settings have changed, in one
 * headless browser, and writes them beside their studies. Every study has its preset `quick` stored; others are remade where they are stored
 * already or asked for by name.
 */
import { parseArgs } from 'node:util';
import { ConfigError } from '../core/errors';
import { changedMeaning } from '../lab/reference';
import { presetConfig, presetNamed } from '../lab/schema';
import type { PresetName, Study } from '../lab/study';
import { launchInterruptible } from './browser';
import { loadCatalogue, studiesOf, type Catalogue } from './catalogue';
import { commit } from './commit';
import { onInterrupt } from './interrupt';
import { drive, pageOf } from './labPage';
import { ProgressMeter } from './labProgress';
import { keepReference } from './labReference';
import { EXIT, verdictText } from './labReport';
import { openSite } from './site';
import { ROOT } from './root';
import { sourceHash } from './sourceHash';

const USAGE = 'Usage: npm run references [-- STUDY…] [--preset NAME]… [--all]';

export interface ReferencesCommand {
  readonly studies: readonly Study[];
  /** Empty: of each study those that it has stored, and `quick`. */
  readonly presets: readonly PresetName[];
  /** Whether those whose code has not changed are measured again too. */
  readonly all: boolean;
}

/** Throws ConfigError for an unknown study, preset or option. */
export const parseReferencesCommand = (args: readonly string[], catalogue: Catalogue): ReferencesCommand => {
  const known = studiesOf(catalogue);
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { preset: { type: 'string', multiple: true }, all: { type: 'boolean' } },
    });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const wanted = positionals.flatMap((name) => {
    const own = known.filter((s) => s.path === name || s.phenomenon.id === name);
    if (own.length === 0)
      throw new ConfigError(`there is no study or phenomenon '${name}'; the studies are ${known.map((s) => s.path).join(', ')}`);
    return own;
  });
  const studies = positionals.length === 0 ? known : wanted;
  return { studies, presets: (values.preset ?? []).map((name) => presetNamed(studies[0]!, name)), all: values.all ?? false };
};

interface Due {
  readonly study: Study;
  readonly preset: PresetName;
  readonly source: string;
}
/** What has to be measured, in order. */
const dueRuns = async ({ studies, presets, all }: ReferencesCommand, { references }: Catalogue): Promise<readonly Due[]> => {
  const due: Due[] = [];
  for (const study of studies) {
    const stored = references.get(study.path) ?? [];
    const names = presets.length > 0 ? presets : [...new Set<PresetName>(['quick', ...stored.map((r) => r.preset)])];
    const source = await sourceHash(study.path);
    for (const preset of names) {
      const old = stored.find((r) => r.preset === preset);
      const same = old?.source === source && changedMeaning(presetConfig(study, preset), old.config).length === 0;
      if (all || !same) due.push({ study, preset, source });
    }
  }
  return due;
};

const measureDue = async (due: readonly Due[], signal: AbortSignal): Promise<number> => {
  // Before the first run is stored: that alone changes the tree.
  const build = commit(ROOT);
  const site = await openSite();
  const browser = await launchInterruptible();
  let failed = 0;
  try {
    for (const { study, preset, source } of due) {
      if (signal.aborted) break;
      const meter = new ProgressMeter(process.stderr);
      const config = presetConfig(study, preset);
      const date = new Date().toISOString();
      meter.note(`${study.path}, preset ${preset}`);
      const order = { preset, config, inputs: {}, live: [] };
      const outcome = await drive(browser, pageOf(site.url, study), order, signal, {
        adapter: () => undefined,
        event: (e) => meter.note(`${e.level}: ${e.message}`),
        progress: (p, points) => meter.update(p, points),
      });
      meter.end();
      const { adapter = { name: 'none', software: false }, state, rows, seconds, verdicts } = outcome;
      const facts = { adapter, build, source, date, seconds, verdicts };
      meter.note(
        `${await keepReference({ study, preset, config }, state, rows, facts)} (${seconds.toFixed(1)} s)\n${verdictText(verdicts)}\n`,
      );
      if (outcome.error) meter.note(`${outcome.error.name}: ${outcome.error.message}`);
      failed += Number(state !== 'done');
    }
  } finally {
    await browser.close();
    await site.close();
  }
  return signal.aborted ? EXIT.interrupted : failed > 0 ? EXIT.failed : EXIT.agrees;
};

/** The exit status: 0 when all that was due is stored. */
export const main = async (args: readonly string[]): Promise<number> => {
  const catalogue = await loadCatalogue();
  const due = await dueRuns(parseReferencesCommand(args, catalogue), catalogue);
  const meter = new ProgressMeter(process.stderr);
  meter.note(due.length === 0 ? 'Every stored run is of the code that is here.' : `${due.length} to measure`);
  if (due.length === 0) return EXIT.agrees;
  const interrupt = onInterrupt((text) => meter.note(text));
  try {
    return await measureDue(due, interrupt.signal);
  } finally {
    interrupt.dispose();
  }
};
