/** The smoke preset of every variant of the tangent kernel, on the GPU: it finishes, measures, and contradicts nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import study from '../demos/tangent-kernel/study';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

/** As they are, and at the edges of what the page allows. */
it.each([
  ['width', {}],
  ['width', { depth: 1, seed: 1_000_000 }],
  ['width', { inputs: 2, inputDimension: 2, widths: [3], seeds: 1 }],
  ['lazy', {}],
  ['lazy', { task: 'mnist1d', netDepth: 2 }],
  ['lazy', { alphas: [1], lazyWidths: [8], steps: 2, seeds: 1 }],
  ['versus', {}],
  ['versus', { task: 'mnist1d', seeds: 1 }],
  ['versus', { netDepth: 2, bits: 6, dimension: 4, counts: [20] }],
  ['spectral', {}],
  ['spectral', { frequencies: [5], seeds: 1 }],
])('%s %o', async (variant, rest) => {
  const config = { ...presetConfig(study, 'smoke'), variant, ...rest };
  const started = performance.now();
  const rows = await measured(study, config, executor);
  const table = new RowTable(rows);
  for (const v of study.views(config)) {
    if (v.chart === 'time' && variant === 'spectral' && 'frequencies' in rest) continue; // an odd frequency alone is never learned
    expect(v.kind === 'line' ? table.points.some((p) => p.chart === v.chart) : table.cells.some((p) => p.chart === v.chart), v.chart).toBe(
      true,
    );
  }
  const last = rows.findLast((r) => r.kind === 'progress');
  expect(last?.kind === 'progress' && last.done === last.total).toBe(true);
  study.theory(config);
  for (const claim of study.claims(config)) {
    const { verdict, measured } = claim.test(table, config);
    console.log(`${variant} ${claim.id}: ${verdict}: ${measured}`);
    expect(verdict, `${claim.says} ${measured}`).not.toBe('disagrees');
  }
  console.log(`${variant} ${JSON.stringify(rest)}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
});
