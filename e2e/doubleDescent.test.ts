/** The smoke preset of every variant of double descent, on the GPU: it finishes, measures, and contradicts nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import study from '../demos/double-descent/study';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

/** Settings at the edges of what the page allows. */
it.each([
  { seed: 1_000_000 },
  { signal: 0 },
  { noise: 0 },
  { noise: 0, sweep: 'examples' },
  { examples: 80, features: 60 },
  { variant: 'features', seed: 1_000_000, featureTest: 201 },
  { variant: 'epoch', timeExamples: 6, timeFeatures: 2 },
  { variant: 'mlp', trainExamples: 300, testExamples: 800, epochs: 1, labelNoise: 0 },
])('%o runs, and contradicts nothing', async (edge) => {
  const config = { ...presetConfig(study, 'smoke'), seeds: 5, ...edge };
  const table = new RowTable(await measured(study, config, executor));
  expect(table.points.length).toBeGreaterThan(0);
  study.theory(config);
  for (const claim of study.claims(config)) {
    const { verdict, measured: found } = claim.test(table, config);
    expect(verdict, `${claim.says} ${found}`).not.toBe('disagrees');
  }
});

it.each([
  ['linear', {}],
  ['linear', { sweep: 'examples' }],
  ['features', {}],
  ['features', { source: 'gaussian' }],
  ['epoch', {}],
  ['mlp', {}],
])('%s %o', async (variant, rest) => {
  const config = { ...presetConfig(study, 'smoke'), variant, ...rest };
  const rows = await measured(study, config, executor);
  const table = new RowTable(rows);
  const views = study.views(config);
  for (const v of views)
    expect(v.kind === 'line' ? table.points.some((p) => p.chart === v.chart) : table.cells.some((p) => p.chart === v.chart), v.chart).toBe(
      true,
    );
  const last = rows.findLast((r) => r.kind === 'progress');
  expect(last?.kind === 'progress' && last.done === last.total).toBe(true);
  for (const claim of study.claims(config)) {
    const { verdict, measured: found } = claim.test(table, config);
    console.log(`${variant} ${claim.id}: ${verdict}: ${found}`);
    expect(verdict, `${claim.says} ${found}`).not.toBe('disagrees');
  }
});
