/** Files that a page gives its reader. */
import { withoutInputs, writeBundle, type RunBundle } from '../lab/bundle';
import { fileStem, titleOf, type ArtifactRow, type Study } from '../lab/study';
import { cellsCsv, metricsCsv } from '../lab/export';
import { differences, presetConfig, toText } from '../lab/schema';
import type { RowTable } from '../lab/table';
import { plottedCsv } from './chartCsv';
import { themeOf } from './chartOptions';
import type { PageFacts } from './pageFacts';
import { heatmapPng } from './heatmapImage';
import { chartPng } from './image';
import { LabChart } from './labChart';
import { LabHeatmap } from './labHeatmap';
import { save } from './save';

export interface NamedPng {
  readonly name: string;
  readonly dataUrl: string;
}

const saveText = (name: string, type: string, text: string): void => save(name, new Blob([text], { type }));

/** Every measured number. */
export function saveRows(study: Study, table: RowTable): void {
  saveText(`${fileStem(study)}-metrics.csv`, 'text/csv', metricsCsv(table));
  if (table.cells.length > 0) saveText(`${fileStem(study)}-cells.csv`, 'text/csv', cellsCsv(table));
}
/** One file a chart, of exactly what it shows. */
export function savePlotted(study: Study, root: ParentNode): void {
  for (const chart of root.querySelectorAll('lab-chart'))
    if (chart instanceof LabChart) saveText(`${fileStem(study)}-${chart.view.chart}.csv`, 'text/csv', plottedCsv(chart));
}
export const saveArtifact = (study: Study, { name, type, data }: ArtifactRow): void =>
  save(`${fileStem(study)}-${name}`, new Blob([data], { type }));

/** The current run as one file that can be imported and repeated. */
export const bundleOfPage = ({ study, preset, config, build, inputs, client }: PageFacts): RunBundle => ({
  facts: {
    study: study.path,
    title: titleOf(study),
    preset: client.order?.preset ?? preset,
    config: client.config ?? config,
    verdicts: client.verdicts ?? [],
    adapter: client.adapter ?? { name: 'none', software: false },
    date: client.date,
    build,
    seconds: client.seconds,
    state: client.state === 'failed' ? 'failed' : client.state === 'done' ? 'done' : 'aborted',
    live: client.live,
  },
  points: client.table.points,
  cells: client.table.cells,
  inputs: client.order?.inputs ?? inputs,
});
/** `own`: with the reader's own files, where the run had any. */
export const saveBundle = (facts: PageFacts, own = false): void => {
  const bundle = bundleOfPage(facts);
  saveText(`${fileStem(facts.study)}-run.json`, 'application/json', writeBundle(own ? bundle : withoutInputs(bundle)));
};

/** What an image says about itself: settings that differ from the defaults' preset, adapter, date, build. */
function captionOf({ study, preset, config, build, client }: PageFacts): readonly string[] {
  const [name, shown] = [client.order?.preset ?? preset, client.config ?? config];
  const changed = Object.entries(differences(shown, presetConfig(study, name))).map(([key, value]) => `${key} = ${toText(value)}`);
  const seed = 'seed' in shown && !changed.some((c) => c.startsWith('seed =')) ? [`seed = ${toText(shown['seed']!)}`] : [];
  const live = client.live.length > 0 ? ', changed while it ran' : '';
  const measured = client.order
    ? `measured on ${client.adapter?.name ?? 'no adapter'}, ${client.date.slice(0, 10)}`
    : 'nothing measured yet';
  return [`${titleOf(study)}, preset ${name}: ${[...changed, ...seed].join(', ') || 'unchanged'}${live}`, `${measured}, build ${build}`];
}

const images = (root: ParentNode, caption: readonly string[]): readonly { readonly name: string; readonly png: () => Promise<Blob> }[] =>
  [...root.querySelectorAll('.view')].flatMap((view) => {
    if (view instanceof LabChart) return [{ name: view.view.chart, png: () => chartPng(view, caption) }];
    return view instanceof LabHeatmap ? [{ name: view.view.chart, png: () => heatmapPng(view, themeOf(view), caption) }] : [];
  });

export async function savePngs(facts: PageFacts, root: ParentNode): Promise<void> {
  for (const { name, png } of images(root, captionOf(facts))) save(`${fileStem(facts.study)}-${name}.png`, await png());
}

const dataUrl = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('the image could not be read back')));
    reader.readAsDataURL(blob);
  });
/** `name`: the chart's id. */
export async function exportPngs(root: ParentNode, facts: PageFacts): Promise<readonly NamedPng[]> {
  const out: NamedPng[] = [];
  for (const { name, png } of images(root, captionOf(facts))) out.push({ name, dataUrl: await dataUrl(await png()) });
  return out;
}
