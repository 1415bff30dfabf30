/** The smoke preset of every study of double descent, on the GPU: it finishes, measures, and contradicts nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import phenomenon from '../demos/double-descent/phenomenon';
import { judge } from '../src/lab/judge';
import { parseConfig, presetConfig } from '../src/lab/schema';
import { studyNamed, type Config, type Row, type Study } from '../src/lab/study';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

const smoke = async (id: string, change: Config): Promise<{ study: Study; config: Config; rows: readonly Row[]; table: RowTable }> => {
  const study = studyNamed(phenomenon, id);
  const config = parseConfig(study.fields, change, presetConfig(study, 'smoke'));
  const rows = await measured(study, config, executor);
  return { study, config, rows, table: new RowTable(rows) };
};
const contradicted = (study: Study, table: RowTable, config: Config): readonly string[] =>
  judge(study, table, config)
    .filter((v) => v.verdict === 'disagrees')
    .map((v) => `${v.says} ${v.measured}`);

/** Settings at the edges of what the page allows. */
describe('at an edge', () => {
  it.each<readonly [string, Config]>([
    ['linear', { seed: 1_000_000 }],
    ['linear', { signal: 0 }],
    ['linear', { noise: 0 }],
    ['linear', { noise: 0, sweep: 'examples' }],
    ['linear', { examples: 80, features: 60 }],
    ['random-features', { seed: 1_000_000, tests: 201 }],
    ['over-time', { examples: 6, features: 2 }],
    ['networks', { trainExamples: 300, testExamples: 800, epochs: 1, labelNoise: 0 }],
  ])('%s with %o runs, and contradicts nothing', async (id, edge) => {
    const { study, config, table } = await smoke(id, { seeds: 5, ...edge });
    expect(table.points.length).toBeGreaterThan(0);
    study.theory?.(config);
    expect(contradicted(study, table, config)).toEqual([]);
  });
});

describe('smoke', () => {
  it.each<readonly [string, Config]>([
    ['linear', {}],
    ['linear', { sweep: 'examples' }],
    ['random-features', {}],
    ['high-dimensional-limit', {}],
    ['over-time', {}],
    ['networks', {}],
  ])('of %s %o fills every chart', async (id, change) => {
    const { study, config, rows, table } = await smoke(id, change);
    for (const v of study.views(config)) {
      const filled = v.kind === 'line' ? table.points : table.cells;
      expect(
        filled.some((p) => p.chart === v.chart),
        v.chart,
      ).toBe(true);
    }
    const last = rows.findLast((r) => r.kind === 'progress');
    expect(last?.kind === 'progress' && last.done === last.total).toBe(true);
    expect(contradicted(study, table, config)).toEqual([]);
  });
});
