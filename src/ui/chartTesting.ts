/** For tests: charts and heatmaps on a page, and what a reader does with them. */
import type { CellRow, HeatmapView, LineView, PointRow } from '../lab/study';
import { RowTable } from '../lab/table';
import { LabChart } from './labChart';
import { LabHeatmap } from './labHeatmap';

export const view: LineView = { kind: 'line', chart: 'c', title: 'Risk', x: 'step', y: 'risk', series: { a: 'A', b: 'B' } };
export const map: HeatmapView = { kind: 'heatmap', chart: 'm', title: 'Map', x: 'width', y: 'rate', value: 'risk', logX: true };
export const point = (x: number, y: number, series = 'a', seed = 0): PointRow => ({ kind: 'point', chart: 'c', series, x, seed, y });
export const cell = (x: number, y: number, value: number): CellRow => ({ kind: 'cell', chart: 'm', x, y, seed: 0, value });
export const frames = async (n = 3): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
};
export const inside = <E extends Element>(host: Element, selector: string): E | null => host.shadowRoot!.querySelector<E>(selector);
export const line = (n: number, from = 0): PointRow[] => Array.from({ length: n }, (_, i) => point(from + i, Math.sin(from + i)));

export async function mount(rows: readonly PointRow[], more: Partial<LabChart> = {}): Promise<LabChart> {
  const chart = Object.assign(document.createElement('lab-chart') as LabChart, { view, table: new RowTable(rows), version: 0 }, more);
  document.body.append(chart);
  await frames();
  return chart;
}
export async function mountMap(rows: readonly CellRow[]): Promise<LabHeatmap> {
  const heat = Object.assign(document.createElement('lab-heatmap') as LabHeatmap, { view: map, table: new RowTable(rows), version: 0 });
  document.body.append(heat);
  await frames();
  return heat;
}
export const grow = async (chart: LabChart, rows: readonly PointRow[]): Promise<void> => {
  chart.table.append(rows);
  chart.version = chart.table.version;
  await frames(8);
};
export const press = async (chart: LabChart, ...keys: string[]): Promise<void> => {
  for (const key of keys) {
    inside(chart, '#plot')!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await frames();
  }
};
/** As a mouse does it, between shares of the plot's width. */
export async function drag(chart: LabChart, from: number, to: number): Promise<void> {
  const over = inside<HTMLElement>(chart, '.u-over')!;
  const box = over.getBoundingClientRect();
  const at = (share: number) => ({ bubbles: true, clientX: box.left + share * box.width, clientY: box.top + box.height / 2, button: 0 });
  over.dispatchEvent(new MouseEvent('mouseenter', at(from)));
  over.dispatchEvent(new MouseEvent('mousemove', at(from)));
  over.dispatchEvent(new MouseEvent('mousedown', at(from)));
  over.dispatchEvent(new MouseEvent('mousemove', { ...at(to), movementX: 20 }));
  await frames();
  document.dispatchEvent(new MouseEvent('mouseup', at(to)));
  await frames();
}
export const canvasOf = (chart: LabChart) => inside<HTMLCanvasElement>(chart, 'canvas')!;
export const follow = (chart: LabChart) => inside<HTMLButtonElement>(chart, '.bar button');
/** Pixels of exactly a colour, by row from the top of a canvas. */
export function rowsOf(canvas: HTMLCanvasElement, colour: string): readonly number[] {
  const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  const matches = (i: number): boolean => data[i] === r && data[i + 1] === g && data[i + 2] === b;
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => 4 * (y * width + x)).filter(matches).length);
}
export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const pixels = async (png: Blob): Promise<HTMLCanvasElement> => {
  const bitmap = await createImageBitmap(png);
  const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
  return canvas;
};

/** A page of a known width, with the colours that charts take from it. */
export function dressPage(): void {
  const theme = {
    '--bg': '#ffffff',
    '--fg': '#000000',
    '--muted': '#555555',
    '--line': '#dddddd',
    '--accent': '#0b5cad',
    '--edge': '#888888',
    '--font': 'sans-serif',
  };
  for (const [name, value] of Object.entries(theme)) document.documentElement.style.setProperty(name, value);
  document.body.style.width = '700px';
}
