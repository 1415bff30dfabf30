/** Heatmaps as PNG files: title, axes, cells and colour bar. */
import { formatNumber } from './format';
import type { Theme } from './chartOptions';
import { LINE, MARGIN, titled, toBlob, WIDTH } from './image';
import { ends, paint, paintScale, type LabHeatmap } from './labHeatmap';

const HEIGHT = 400;
const LEFT = 90;
const BAR = 256;

/** What the heatmap shows now, as a PNG. */
export function heatmapPng(map: LabHeatmap, theme: Theme): Promise<Blob> {
  const { view, grid } = map;
  const { canvas, ctx, top } = titled(view.title, HEIGHT + 4 * LINE, theme);
  const cells = document.createElement('canvas');
  paint(cells, grid);
  ctx.imageSmoothingEnabled = false; // cells, not a blur
  ctx.drawImage(cells, LEFT, top, WIDTH - LEFT - MARGIN, HEIGHT);
  const [[x0, x1], [y0, y1]] = [ends(grid.xs), ends(grid.ys)];
  const text = (label: string, x: number, y: number, align: CanvasTextAlign): void => {
    ctx.textAlign = align;
    ctx.fillText(label, x, y);
  };
  const middle = (LEFT + WIDTH - MARGIN) / 2;
  const below = top + HEIGHT + LINE / 2 + 4;
  text(x0, LEFT, below, 'left');
  text(view.x, middle, below, 'center');
  text(x1, WIDTH - MARGIN, below, 'right');
  text(y1, LEFT - 8, top + LINE / 2, 'right');
  text(view.y, LEFT - 8, top + HEIGHT / 2, 'right');
  text(y0, LEFT - 8, top + HEIGHT - LINE / 2, 'right');
  const bar = Object.assign(document.createElement('canvas'), { width: BAR, height: 1 });
  paintScale(bar);
  const [low, high] = grid.range ? grid.range.map(formatNumber) : ['', ''];
  ctx.drawImage(bar, middle - BAR / 2, below + LINE, BAR, 12);
  text(`${view.value}  ${low}`, middle - BAR / 2 - 8, below + LINE + 6, 'right');
  text(high!, middle + BAR / 2 + 8, below + LINE + 6, 'left');
  return toBlob(canvas);
}
