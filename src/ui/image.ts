/** Charts as PNG files: title, legend, plot and caption at twice the size, whatever the screen's resolution. */
import uPlot from 'uplot';
import { seedsText } from './chartText';
import { lookOfTrace, plotOptions, type PlotInput, type Theme } from './chartOptions';
import type { Trace } from './chartTrace';
import type { LabChart } from './labChart';
import { dashOf, fade, FAINT, shapePath } from './palette';

/** Of the image in pixels: 800 × 480 at 2×. */
const SCALE = 2;
export const WIDTH = 800;
const PLOT_HEIGHT = 480;
export const MARGIN = 16;
export const LINE = 20;

export const toBlob = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(`the browser made no PNG of ${canvas.width} × ${canvas.height} pixels`))),
      'image/png',
    );
  });

/** A canvas for `height` units below a title; drawn on in units, of which SCALE pixels make one. */
export function titled(
  title: string,
  height: number,
  theme: Theme,
): { canvas: HTMLCanvasElement; ctx: CanvasRenderingContext2D; top: number } {
  const top = MARGIN + 1.5 * LINE;
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH * SCALE, height: (top + height) * SCALE });
  const ctx = canvas.getContext('2d')!;
  ctx.scale(SCALE, SCALE);
  ctx.fillStyle = theme.bg;
  ctx.fillRect(0, 0, WIDTH, top + height);
  ctx.fillStyle = theme.fg;
  ctx.textBaseline = 'middle';
  ctx.font = `650 16px ${theme.font}`;
  ctx.fillText(title, MARGIN, MARGIN + LINE / 2, WIDTH - 2 * MARGIN);
  ctx.font = `13px ${theme.font}`;
  return { canvas, ctx, top };
}

const CAPTION_LINE = 15;
/** Text in lines that fit, broken at spaces, or within a word that is too long by itself. */
export function wrap(text: string, measure: (text: string) => number, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (line) lines.push(line);
    for (line = word; measure(line) > width && line.length > 1;) {
      let fits = line.length - 1;
      while (fits > 1 && measure(line.slice(0, fits)) > width) fits--;
      lines.push(line.slice(0, fits));
      line = line.slice(fits);
    }
  }
  return line ? [...lines, line] : lines;
}
/** Small print below a picture: the settings behind it. `height` in units; `draw` puts it on a canvas. */
export function captionOf(
  caption: readonly string[],
  theme: Theme,
): { height: number; draw: (ctx: CanvasRenderingContext2D, top: number) => void } {
  const font = `11px ${theme.font}`;
  const probe = document.createElement('canvas').getContext('2d')!;
  probe.font = font;
  const lines = caption.flatMap((text) => wrap(text, (t) => probe.measureText(t).width, WIDTH - 2 * MARGIN));
  return {
    height: lines.length > 0 ? lines.length * CAPTION_LINE + MARGIN : 0,
    draw: (ctx, top) => {
      Object.assign(ctx, { font, fillStyle: theme.muted, textAlign: 'left' });
      lines.forEach((line, i) => ctx.fillText(line, MARGIN, top + MARGIN / 2 + (i + 0.5) * CAPTION_LINE));
    },
  };
}

const labelOf = (t: Trace): string =>
  t.role === 'mean' ? `${t.label} (mean of ${seedsText(t.n!)}${t.n![1] > 1 ? ', 95 % band' : ''})` : `${t.label} (${t.role})`;

/** Where each entry of the legend begins, in rows that fit the width. */
function layLegend(labels: readonly string[], measure: (text: string) => number): readonly (readonly [number, number])[] {
  let [x, row] = [MARGIN, 0];
  return labels.map((label) => {
    const width = 36 + measure(label) + 20;
    if (x > MARGIN && x + width > WIDTH) [x, row] = [MARGIN, row + 1];
    const at = [x, row * LINE] as const;
    x += width;
    return at;
  });
}

function drawEntry(ctx: CanvasRenderingContext2D, t: Trace, input: PlotInput, x: number, y: number): void {
  const look = lookOfTrace(t, input.view, input.theme);
  ctx.strokeStyle = t.role === 'reference' ? fade(look.colour, FAINT) : look.colour;
  ctx.fillStyle = look.colour;
  ctx.lineWidth = 2;
  ctx.setLineDash(t.role === 'theory' || t.role === 'reference' ? [...dashOf(t.role, t.index ?? 0)] : []);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + 28, y);
  ctx.stroke();
  if (t.role === 'mean') ctx.fill(shapePath(look.shape, x + 14, y, 4));
  ctx.fillStyle = input.theme.fg;
  ctx.fillText(labelOf(t), x + 36, y);
}

/** The plot alone, drawn off the page at SCALE pixels a unit. */
function plotCanvas(input: PlotInput, columns: uPlot.AlignedData): { canvas: HTMLCanvasElement; dispose: () => void } {
  const options = plotOptions({ ...input, width: WIDTH, height: PLOT_HEIGHT, scale: SCALE / devicePixelRatio });
  const holder = document.createElement('div');
  const plot = new uPlot(options, columns, holder);
  return { canvas: plot.ctx.canvas, dispose: () => plot.destroy() };
}
/** uPlot draws in a microtask after it is made. */
const drawn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve);
  });

/** What the chart shows now, as a PNG. `caption`: lines in small print below it (settings, adapter, date), after what the plot leaves out. */
export async function chartPng(chart: LabChart, caption: readonly string[] = []): Promise<Blob> {
  const { traces, columns, lost } = chart.drawn;
  const input = chart.plotInput();
  const entries = traces.filter((t) => t.role === 'mean' || t.role === 'theory' || t.role === 'reference');
  const probe = titled('', 0, input.theme).ctx;
  const places = layLegend(entries.map(labelOf), (text) => probe.measureText(text).width);
  const legendHeight = (places.at(-1)?.[1] ?? -LINE) + LINE;
  const print = captionOf([...(lost ? [lost] : []), ...caption], input.theme);
  const { canvas, ctx, top } = titled(input.view.title, legendHeight + 8 + PLOT_HEIGHT + print.height, input.theme);
  entries.forEach((t, i) => drawEntry(ctx, t, input, places[i]![0], top + places[i]![1] + LINE / 2));
  const plotTop = top + legendHeight + 8;
  const plot = plotCanvas(input, columns);
  await drawn();
  ctx.drawImage(plot.canvas, 0, plotTop, WIDTH, PLOT_HEIGHT);
  plot.dispose();
  print.draw(ctx, plotTop + PLOT_HEIGHT);
  return toBlob(canvas);
}
