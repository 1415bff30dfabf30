/** A small study without a GPU, for tests of what surrounds studies. */
import type { Executor } from '../runtime/executor';
import { defineStudy, type Study, type Row } from './study';

/** Runs no plans: `open` rejects. */
export const fakeExecutor = (software = true): Executor => ({
  name: 'no device',
  software,
  maxBindings: 8,
  open: () => Promise.reject(new Error('this executor runs no plans')),
  dispose: () => undefined,
});

async function* run(config: Parameters<Study['run']>[0], { signal, turn }: Parameters<Study['run']>[1]): AsyncIterable<Row> {
  const [points, seeds] = [Number(config['points']), Number(config['seeds'])];
  for (let x = 1; x <= points; x++) {
    for (let seed = 0; seed < seeds; seed++) {
      await turn();
      if (signal.aborted) return;
      if (x === Number(config['failAt'])) throw new RangeError(`asked to fail at ${x}`);
      yield { kind: 'point', chart: 'square', series: 'measured', x, seed, y: x * x + Number(config['offset']) * (seed - (seeds - 1) / 2) };
      yield { kind: 'cell', chart: 'map', x, y: seed, seed: 0, value: x * seed };
      yield {
        kind: 'progress',
        done: (x - 1) * seeds + seed + 1,
        total: points * seeds,
        phase: 'squaring',
        steps: (x - 1) * seeds + seed + 1,
      };
    }
  }
}

export const fakeStudy: Study = defineStudy({
  id: 'fake',
  title: 'Squares',
  question: 'Is the square of x the square of x?',
  summary: 'A parabola with a little spread.',
  references: [],
  sources: [{ label: 'Euclid', url: 'https://example.org/euclid' }],
  config: {
    points: { kind: 'number', label: 'Points', default: 6, min: 1, max: 1000, step: 1 },
    seeds: { kind: 'number', label: 'Repetitions', default: 3, min: 1, max: 16, step: 1 },
    offset: { kind: 'number', label: 'Spread', default: 0.5, min: 0.001, max: 10, step: 0.001, log: true },
    kind: { kind: 'choice', label: 'Kind', default: 'plain', options: { plain: 'Plain', fancy: 'Fancy' } },
    strict: { kind: 'flag', label: 'Strict', default: false, advanced: true },
    widths: { kind: 'list', label: 'Widths', default: [1, 2, 4], min: 1, max: 64, step: 1, advanced: true },
    failAt: { kind: 'number', label: 'Fail at', default: 0, min: 0, max: 1000, step: 1, advanced: true },
    seed: { kind: 'number', label: 'Seed', default: 1, min: 0, max: 4294967295, step: 1 },
  },
  presets: {
    smoke: { label: 'Smoke', config: { points: 3, seeds: 1 } },
    quick: { label: 'Quick', config: {} },
    standard: { label: 'Standard', config: { points: 50 } },
    paper: { label: 'Paper', config: { points: 200, seeds: 8 } },
  },
  views: () => [
    { kind: 'line', chart: 'square', title: 'Squares', x: 'x', y: 'x²', series: { measured: 'measured' } },
    { kind: 'heatmap', chart: 'map', title: 'Products', x: 'x', y: 'repetition', value: 'product' },
  ],
  theory: (config) => {
    const x = Array.from({ length: Number(config['points']) }, (_, i) => i + 1);
    return [{ chart: 'square', series: 'measured', x, y: x.map((v) => v * v), kind: 'theory', label: 'x²' }];
  },
  markers: () => [{ chart: 'square', x: 2, label: 'two' }],
  claims: () => [
    {
      id: 'square',
      says: 'At x = 2 the mean is 4.',
      source: 'Euclid',
      falsifier: 'a 95 % interval at x = 2 that leaves out 4',
      test: (table) => {
        const at = table.summary('square', 'measured').find((s) => s.x === 2);
        if (!at || at.n < 2) return { verdict: 'inconclusive', measured: 'fewer than two repetitions at x = 2' };
        const verdict = at.low <= 4 && 4 <= at.high ? 'agrees' : 'disagrees';
        return { verdict, measured: `mean ${at.mean}`, value: at.mean, interval: [at.low, at.high] };
      },
    },
  ],
  run,
  explanation: '<p>Squares grow.</p>',
});
