/** Files that a page gives its reader. */
import type { Experiment } from '../lab/experiment';
import { cellsCsv, metricsCsv, runSummary, toJson, type RunFacts } from '../lab/export';
import type { RowTable } from '../lab/table';
import { themeOf } from './chartOptions';
import { heatmapPng } from './heatmapImage';
import { chartPng } from './image';
import { LabChart } from './labChart';
import { LabHeatmap } from './labHeatmap';

export interface NamedPng { readonly name: string; readonly dataUrl: string }

function save(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href)); // the click has taken it by then
}

export function saveCsv({ id }: Experiment, table: RowTable): void {
  save(`${id}-metrics.csv`, new Blob([metricsCsv(table)], { type: 'text/csv' }));
  if (table.cells.length > 0) save(`${id}-cells.csv`, new Blob([cellsCsv(table)], { type: 'text/csv' }));
}
export const saveJson = (experiment: Experiment, table: RowTable, facts: RunFacts): void =>
  save(`${experiment.id}-summary.json`, new Blob([toJson(runSummary(experiment, table, facts))], { type: 'application/json' }));

const images = (root: ParentNode): readonly { readonly name: string; readonly png: () => Promise<Blob> }[] =>
  [...root.querySelectorAll('.view')].flatMap((view) => {
    if (view instanceof LabChart) return [{ name: view.view.chart, png: () => chartPng(view) }];
    return view instanceof LabHeatmap ? [{ name: view.view.chart, png: () => heatmapPng(view, themeOf(view)) }] : [];
  });

export async function savePngs({ id }: Experiment, root: ParentNode): Promise<void> {
  for (const { name, png } of images(root)) save(`${id}-${name}.png`, await png());
}

const dataUrl = (blob: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener('load', () => resolve(String(reader.result)));
  reader.addEventListener('error', () => reject(reader.error ?? new Error('the image could not be read back')));
  reader.readAsDataURL(blob);
});
/** `name`: the chart's id. */
export async function exportPngs(root: ParentNode): Promise<readonly NamedPng[]> {
  const out: NamedPng[] = [];
  for (const { name, png } of images(root)) out.push({ name, dataUrl: await dataUrl(await png()) });
  return out;
}
