/** MNIST-1D: the smoke preset on the GPU, and what its claims make of results that are, are not and might be the published ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import study from '../demos/mnist1d/study';
import { ARCHITECTURES, BAND, PUBLISHED, type Architecture } from '../demos/mnist1d/config';
import { modelOf } from '../demos/mnist1d/run';
import type { Config, PointRow } from '../src/lab/study';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

/** Small networks: measuring the published ones on all 5,000 examples takes a software adapter seconds. */
const EDGES: readonly Config[] = [
  { channels: 4, width: 16 },
  { shufflePositions: 'shuffled', architecture: 'cnn', channels: 4 },
];
it.each(EDGES)('smoke with %o finishes, draws every chart and judges nothing', async (change) => {
  const config: Config = { ...presetConfig(study, 'smoke'), ...change };
  const rows = await measured(study, config, executor);
  const table = new RowTable(rows);
  for (const v of study.views(config))
    if (v.kind === 'line')
      for (const series of Object.keys(v.series))
        expect(table.summary(v.chart, series).at(-1)?.x, `${v.chart} ${series}`).toBe(config['steps']);
  expect(rows.findLast((r) => r.kind === 'progress')).toMatchObject({ done: config['steps'], total: config['steps'] });
  expect(rows.filter((r) => r.kind === 'event')).toEqual([]);
  const accuracies = table.points.filter((p) => p.chart === 'test' || p.chart === 'train').map((p) => p.y);
  for (const y of accuracies) expect(y >= 0 && y <= 100).toBe(true);
  for (const claim of study.claims(config)) expect(claim.test(table, config).verdict, claim.says).toBe('inconclusive');
});

it.each([
  ['logistic', 410],
  ['mlp', 15_210],
  ['cnn', 5_210],
] as const)('%s has the published number of parameters', (a, count) => {
  expect(modelOf(presetConfig(study, 'standard'), a).layout.count).toBe(count);
});

/** Five seeds at the last step, each `spread` on either side of the figure. */
const table = (figures: Readonly<Record<Architecture, number>>, spread = 0.5): RowTable =>
  new RowTable(
    ARCHITECTURES.flatMap((a) =>
      [-spread, spread, 0, -spread, spread].map((off, seed): PointRow => ({
        kind: 'point',
        chart: 'test',
        series: a,
        x: 6000,
        seed,
        y: figures[a] + off,
      })),
    ),
  );
const all = (verdict: string): Readonly<Record<string, string>> =>
  Object.fromEntries(['order', ...ARCHITECTURES].map((id) => [id, verdict]));

describe('claims', () => {
  const config = presetConfig(study, 'standard');
  const verdicts = (t: RowTable, c: Config = config): Readonly<Record<string, string>> =>
    Object.fromEntries(study.claims(c).map((k) => [k.id, k.test(t, c).verdict]));

  it.each(['ordered', 'shuffled'] as const)('agree with the published figures, positions %s', (shufflePositions) => {
    expect(verdicts(table(PUBLISHED[shufflePositions]), { ...config, shufflePositions })).toEqual(all('agrees'));
  });
  it('disagree where an interval lies outside the band, or the order is another', () => {
    const { logistic, mlp, cnn } = PUBLISHED.ordered;
    expect(verdicts(table({ logistic: logistic + 2 * BAND, mlp: mlp - 2 * BAND, cnn }))).toEqual({
      order: 'agrees',
      logistic: 'disagrees',
      mlp: 'disagrees',
      cnn: 'agrees',
    });
    expect(verdicts(table({ logistic, mlp: cnn, cnn: mlp }))['order']).toBe('disagrees');
  });
  it('say nothing where intervals are too wide, seeds too few, the recipe another or the end not reached', () => {
    expect(verdicts(table(PUBLISHED.ordered, 90))['order']).toBe('inconclusive');
    expect(verdicts(table({ ...PUBLISHED.ordered, mlp: PUBLISHED.ordered.mlp - 1.1 * BAND }))['mlp']).toBe('inconclusive');
    expect(verdicts(new RowTable(table(PUBLISHED.ordered).points.filter((p) => p.seed < 4)))).toEqual(all('inconclusive'));
    expect(verdicts(table(PUBLISHED.ordered), { ...config, lr: 0.001 })).toEqual({ ...all('inconclusive'), order: 'agrees' });
    expect(verdicts(table(PUBLISHED.ordered), { ...config, steps: 7000 })).toEqual(all('inconclusive'));
  });
});
