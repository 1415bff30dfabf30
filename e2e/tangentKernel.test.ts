/** The smoke preset of every study of the tangent kernel, on the GPU: it finishes, measures, and contradicts nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import phenomenon from '../demos/tangent-kernel/phenomenon';
import { presetConfig } from '../src/lab/schema';
import { studyNamed, type Config } from '../src/lab/study';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

/** As they are, and at the edges of what the page allows. */
it.each<[string, Config]>([
  ['network-against-kernel', {}],
  ['network-against-kernel', { task: 'mnist1d', seeds: 1 }],
  ['network-against-kernel', { depth: 2, bits: 6, dimension: 4, counts: [20] }],
  ['infinite-width', {}],
  ['infinite-width', { depth: 1, seed: 1_000_000 }],
  ['infinite-width', { inputs: 2, inputDimension: 2, widths: [3], seeds: 1 }],
  ['lazy-and-rich', {}],
  ['lazy-and-rich', { task: 'mnist1d', depth: 2 }],
  ['lazy-and-rich', { alphas: [1], widths: [8], steps: 2, seeds: 1 }],
  ['spectral-bias', {}],
  ['spectral-bias', { frequencies: [5], seeds: 1 }],
])('%s %o', async (id, rest) => {
  const study = studyNamed(phenomenon, id);
  const config = { ...presetConfig(study, 'smoke'), ...rest };
  const rows = await measured(study, config, executor);
  const table = new RowTable(rows);
  for (const v of study.views(config)) {
    if (v.chart === 'time' && 'frequencies' in rest) continue; // an odd frequency alone is never learned
    expect(v.kind === 'line' ? table.points.some((p) => p.chart === v.chart) : table.cells.some((p) => p.chart === v.chart), v.chart).toBe(
      true,
    );
  }
  const last = rows.findLast((r) => r.kind === 'progress');
  expect(last?.kind === 'progress' && last.done === last.total).toBe(true);
  expect(study.theory!(config).length).toBeGreaterThan(0);
  expect(study.claims(config).length).toBeGreaterThan(0);
  for (const claim of study.claims(config)) {
    const { verdict, measured: found } = claim.test(table);
    expect(verdict, `${claim.says} ${found}`).not.toBe('disagrees');
  }
});
