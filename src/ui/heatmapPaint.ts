/** The pixels of a heatmap. */
import { position, viridis, type Grid } from './heatmapData';

/** One pixel a cell, y upwards, for the browser to enlarge. Cells never measured take `blank`; those not finite stay open, so that hatching shows. */
export function paint(canvas: HTMLCanvasElement, { xs, ys, values, counts, range }: Grid, blank: string): void {
  [canvas.width, canvas.height] = [Math.max(1, xs.length), Math.max(1, ys.length)];
  if (xs.length === 0) return;
  const ctx = canvas.getContext('2d')!;
  const image = new ImageData(xs.length, ys.length);
  const rowOf = (at: number): number => ys.length - 1 - Math.floor(at / xs.length);
  values.forEach((value, at) => {
    if (range && Number.isFinite(value))
      image.data.set([...viridis(position(value, range)), 255], 4 * (rowOf(at) * xs.length + (at % xs.length)));
  });
  ctx.putImageData(image, 0, 0);
  ctx.fillStyle = blank;
  values.forEach((_, at) => {
    if (counts[at] === 0) ctx.fillRect(at % xs.length, rowOf(at), 1, 1);
  });
}

export function paintScale(canvas: HTMLCanvasElement): void {
  const image = new ImageData(canvas.width, 1);
  for (let i = 0; i < canvas.width; i++) image.data.set([...viridis(i / (canvas.width - 1)), 255], 4 * i);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}

/** Between lines, in units. */
const PITCH = 6;
/** Diagonal lines over a rectangle, as the page has them behind cells that are not finite. */
export function hatch(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  for (let at = -height; at < width; at += PITCH) {
    ctx.moveTo(x + at, y + height);
    ctx.lineTo(x + at + height, y);
  }
  ctx.stroke();
  ctx.restore();
}
