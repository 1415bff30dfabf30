/** The smoke preset of every study of gradient noise, on the GPU: it finishes, measures every view, and contradicts nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import phenomenon from '../demos/sgd-noise/phenomenon';
import { presetConfig } from '../src/lab/schema';
import { studyNamed, type Config, type Study } from '../src/lab/study';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

const named = (id: string): Study => studyNamed(phenomenon, id);
const smoke = (study: Study, rest: Config = {}): Config => ({ ...presetConfig(study, 'smoke'), ...rest });
const judged = (study: Study, config: Config, table: RowTable): void => {
  for (const claim of study.claims(config)) {
    const { verdict, measured: found } = claim.test(table);
    expect(verdict, `${claim.says} ${found}`).not.toBe('disagrees');
  }
};

it.each(phenomenon.studies)('$id', async (study) => {
  const config = smoke(study);
  const rows = await measured(study, config, executor);
  const table = new RowTable(rows);
  for (const v of study.views(config)) {
    if (v.kind === 'heatmap')
      expect(
        table.cells.some((p) => p.chart === v.chart),
        v.chart,
      ).toBe(true);
    else
      for (const series of Object.keys(v.series)) expect(table.summary(v.chart, series).length, `${v.chart} ${series}`).toBeGreaterThan(0);
  }
  const last = rows.findLast((r) => r.kind === 'progress');
  expect(last?.kind === 'progress' && last.done === last.total).toBe(true);
  expect(study.claims(config).length).toBeGreaterThan(0);
  judged(study, config, table);
});

/** Settings at the edges of what the page allows. */
it.each<[string, Config]>([
  ['noise-scale', { steps: 20, batch: 4, smallBatch: 2, hidden: [1] }],
  ['noise-scale', { batch: 400, smallBatch: 1, steps: 20, sample: 400, draws: 2 }],
  ['noise-scale', { lr: 10, steps: 20 }],
  ['critical-batch', { batches: [2, 400], goal: 0.05, maxSteps: 50 }],
  ['temperature', { temperatures: [1], batches: [200], time: 1000 }],
  ['stationary', { betas: [0.999], points: 2, averaged: 10 }],
  ['stationary', { seed: 1_000_000, seeds: 1 }],
  ['mislabelled', { wrong: 0.8, batch: 200, epochs: 1 }],
])('%s with %o runs, and contradicts nothing', async (id, edge) => {
  const study = named(id);
  const config = smoke(study, edge);
  const table = new RowTable(await measured(study, config, executor));
  study.theory?.(config);
  judged(study, config, table);
});

it.each<[string, Config]>([
  ['noise-scale', { batch: 500 }],
  ['noise-scale', { smallBatch: 9 }],
  ['noise-scale', { sample: 500 }],
  ['critical-batch', { batches: [8, 500] }],
  ['temperature', { batches: [300] }],
  ['mislabelled', { batch: 300 }],
])('%s with %o is refused, with what would do', async (id, wrong) => {
  const study = named(id);
  await expect(measured(study, smoke(study, wrong), executor)).rejects.toThrow(/there are only \d+ .* at most that/);
});

it.each(['noise-scale', 'critical-batch', 'stationary'])('%s of one seed gives the same numbers again', async (id) => {
  const study = named(id);
  const config = smoke(study, { seeds: 1 });
  const first = new RowTable(await measured(study, config, executor));
  const again = new RowTable(await measured(study, config, executor));
  expect(again.points).toEqual(first.points);
});
