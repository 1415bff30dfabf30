/** Heatmaps as PNG files: title, axes, cells, colour bar and caption. */
import type { Theme } from './chartOptions';
import { formatNumber } from './format';
import { axisText } from './heatmapData';
import { hatch, paint, paintScale } from './heatmapPaint';
import { captionOf, LINE, MARGIN, titled, toBlob, WIDTH } from './image';
import { ends, HATCHED, type LabHeatmap } from './labHeatmap';

const HEIGHT = 400;
const LEFT = 90;
const BAR = 256;

/** What the heatmap shows now, as a PNG. `caption`: lines in small print below it (settings, adapter, date). */
export function heatmapPng(map: LabHeatmap, theme: Theme, caption: readonly string[] = []): Promise<Blob> {
  const { view, grid } = map;
  const holes = grid.nonFinite.some((n, i) => n > 0 && n === grid.counts[i]);
  const print = captionOf([...(holes ? [HATCHED] : []), ...caption], theme);
  const { canvas, ctx, top } = titled(view.title, HEIGHT + 4 * LINE + print.height, theme);
  const cells = document.createElement('canvas');
  paint(cells, grid, theme.bg);
  if (holes) hatch(ctx, LEFT, top, WIDTH - LEFT - MARGIN, HEIGHT, theme.muted);
  ctx.imageSmoothingEnabled = false; // cells, not a blur
  ctx.drawImage(cells, LEFT, top, WIDTH - LEFT - MARGIN, HEIGHT);
  const [[x0, x1], [y0, y1]] = [ends(grid.xs), ends(grid.ys)];
  const text = (label: string, x: number, y: number, align: CanvasTextAlign): void => {
    ctx.textAlign = align;
    ctx.fillText(label, x, y, align === 'center' ? WIDTH / 2 : LEFT - 16);
  };
  const middle = (LEFT + WIDTH - MARGIN) / 2;
  const below = top + HEIGHT + LINE / 2 + 4;
  text(x0, LEFT, below, 'left');
  text(axisText(view.x, view.logX), middle, below, 'center');
  text(x1, WIDTH - MARGIN, below, 'right');
  text(y1, LEFT - 8, top + LINE / 2, 'right');
  ctx.save();
  ctx.translate(MARGIN, top + HEIGHT / 2);
  ctx.rotate(-Math.PI / 2);
  text(axisText(view.y, view.logY), 0, 0, 'center');
  ctx.restore();
  text(y0, LEFT - 8, top + HEIGHT - LINE / 2, 'right');
  const bar = Object.assign(document.createElement('canvas'), { width: BAR, height: 1 });
  paintScale(bar);
  const [low, high] = grid.range ? grid.range.map(formatNumber) : ['', ''];
  ctx.drawImage(bar, middle - BAR / 2, below + LINE, BAR, 12);
  text(`${view.value}  ${low}`, middle - BAR / 2 - 8, below + LINE + 6, 'right');
  text(high!, middle + BAR / 2 + 8, below + LINE + 6, 'left');
  print.draw(ctx, top + HEIGHT + 4 * LINE - MARGIN);
  return toBlob(canvas);
}
