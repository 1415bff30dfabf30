/** Line charts in short. */
import type { LineView } from '../../src/lab/study';

export const line = (
  chart: string,
  title: string,
  x: string,
  y: string,
  series: LineView['series'],
  rest: Partial<LineView> = {},
): LineView => ({ kind: 'line', chart, title, x, y, series, ...rest });
export const LOG = { logX: true, logY: true } as const;
export const SMALL = { place: 'diagnostic' } as const;
