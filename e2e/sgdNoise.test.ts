/** The smoke preset of every variant of the page on gradient noise, on the GPU: it finishes, measures every view, and contradicts nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import study from '../demos/sgd-noise/study';
import type { Config, Row } from '../src/lab/study';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

const measure = (config: Config): Promise<readonly Row[]> => measured(study, config, executor);
const smoke = (rest: Config): Config => ({ ...presetConfig(study, 'smoke'), ...rest });
const judged = (config: Config, table: RowTable): void => {
  for (const claim of study.claims(config)) {
    const { verdict, measured } = claim.test(table, config);
    expect(verdict, `${claim.says} ${measured}`).not.toBe('disagrees');
  }
};

it.each(['scale', 'batch', 'temperature', 'quadratic', 'mislabelled'])('%s', async (variant) => {
  const config = smoke({ variant });
  const rows = await measure(config);
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
  judged(config, table);
});

/** Settings at the edges of what the page allows. */
it.each([
  { steps: 20, batch: 4, smallBatch: 2, hidden: [1] },
  { batch: 400, smallBatch: 1, steps: 20, sample: 400, draws: 2 },
  { lr: 10, steps: 20 },
  { variant: 'batch', batches: [2, 400], goal: 0.05, maxSteps: 50 },
  { variant: 'temperature', temperatures: [1], batchSizes: [200], time: 1000 },
  { variant: 'quadratic', betas: [0.999], points: 2, averaged: 10 },
  { variant: 'quadratic', seed: 1_000_000, seeds: 1 },
  { variant: 'mislabelled', wrong: 0.8, noisyBatch: 200, epochs: 1 },
])('%o runs, and contradicts nothing', async (edge) => {
  const config = smoke(edge);
  const table = new RowTable(await measure(config));
  study.theory(config);
  judged(config, table);
});

it.each([
  { batch: 500 },
  { smallBatch: 9 },
  { sample: 500 },
  { variant: 'batch', batches: [8, 500] },
  { variant: 'temperature', batchSizes: [300] },
  { variant: 'mislabelled', noisyBatch: 300 },
])('%o is refused, with what would do', async (wrong) => {
  await expect(measure(smoke(wrong))).rejects.toThrow(/there are only \d+ .* at most that/);
});

it('of one seed gives the same numbers again', async () => {
  for (const variant of ['scale', 'batch', 'quadratic']) {
    const config = smoke({ variant, seeds: 1 });
    const [first, again] = [new RowTable(await measure(config)), new RowTable(await measure(config))];
    expect(again.points).toEqual(first.points);
  }
});
