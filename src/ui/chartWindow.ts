/** The part of the x axis that a chart shows: what keys do to it. Pure. */
import type { Range } from './chartTrace';

/** Of the window, at one press of + or −. */
const STEP = 2;

const scale = (log: boolean): readonly [to: (v: number) => number, from: (v: number) => number] =>
  log ? [Math.log, Math.exp] : [(v) => v, (v) => v];
const usable = ([low, high]: Range): boolean => Number.isFinite(low) && Number.isFinite(high) && low < high;

/** `factor` > 1 shows less, about the middle as it is seen; undefined: everything. Within `all`; unchanged where numbers end. */
export function zoomBy(now: Range | undefined, all: Range, factor: number, log: boolean): Range | undefined {
  const [to, from] = scale(log);
  const [low, high] = (now ?? all).map(to) as [number, number];
  const [middle, half] = [(low + high) / 2, (high - low) / 2 / factor];
  const next: Range = [Math.max(all[0], from(middle - half)), Math.min(all[1], from(middle + half))];
  if (next[0] <= all[0] && next[1] >= all[1]) return undefined;
  return usable(next) ? next : now;
}
export const zoomIn = (now: Range | undefined, all: Range, log: boolean): Range | undefined => zoomBy(now, all, STEP, log);
export const zoomOut = (now: Range | undefined, all: Range, log: boolean): Range | undefined => zoomBy(now, all, 1 / STEP, log);

/** The window moved, as far as it must, to hold x. */
export function including(now: Range | undefined, x: number, log: boolean): Range | undefined {
  if (!now || (x >= now[0] && x <= now[1])) return now;
  const [to, from] = scale(log);
  const [low, high, at] = [to(now[0]), to(now[1]), to(x)];
  const shift = at < low ? at - low : at - high;
  const next: Range = at < low ? [x, from(high + shift)] : [from(low + shift), x];
  return usable(next) ? next : now;
}
