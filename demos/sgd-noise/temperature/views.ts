/** What is drawn; the first view is the main plot. */
import type { View } from '../../../src/lab/study';
import { ascending } from '../settings';
import { line, LOG, SMALL } from '../views';
import type { Config } from './fields';
import { sizeSeries } from './series';

export const views = (c: Config): readonly View[] => {
  const [T, sizes] = [ascending(c.temperatures), ascending(c.batches)];
  const labels = Object.fromEntries(sizes.map((B) => [sizeSeries(B), `B = ${B}`]));
  const at = (k: 'cold' | 'hot'): Readonly<Record<string, string>> =>
    Object.fromEntries(sizes.map((B) => [`${k}${B}`, `η/B = ${k === 'cold' ? T[0] : T.at(-1)}, B = ${B}`]));
  return [
    line('loss', `Training loss at time η · steps = ${c.time}`, 'temperature η/B', 'nats', labels, LOG),
    line('sharpness', 'Sharpness of the training loss', 'temperature η/B', 'vᵀHv after power iteration', labels, LOG),
    line(
      'course',
      'Training loss over time, lowest and highest temperature',
      'η · steps',
      'nats',
      { ...at('cold'), ...at('hot') },
      { logY: true },
    ),
    line('error', 'Test error', 'temperature η/B', 'share of examples', labels, { logX: true }),
    line('residual', 'Residual of the power iteration', 'temperature η/B', '‖Hv − λv‖ / |λ|', labels, { ...LOG, ...SMALL }),
  ];
};
