/** MNIST-1D: the smoke preset on the GPU, and the size of its models. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelOf } from '../demos/mnist1d/architectures/models';
import { RECIPE } from '../demos/mnist1d/architectures/published';
import phenomenon from '../demos/mnist1d/phenomenon';
import { judge } from '../src/lab/judge';
import { parseConfig, presetConfig } from '../src/lab/schema';
import { studyNamed, type Config } from '../src/lab/study';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { measured } from './measured';

const study = studyNamed(phenomenon, 'architectures');
let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

/** Small networks: measuring the published ones on all 5,000 examples takes a software adapter seconds. */
it.each<Config>([
  { channels: 4, width: 16 },
  { shufflePositions: 'shuffled', architecture: 'cnn', channels: 4 },
])('smoke with %o finishes, draws every chart and judges nothing', async (change) => {
  const config = parseConfig(study.fields, change, presetConfig(study, 'smoke'));
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
  for (const { says, verdict } of judge(study, table, config)) expect(verdict, says).toBe('inconclusive');
});

it.each([
  ['logistic', 410],
  ['mlp', 15_210],
  ['cnn', 5_210],
] as const)('%s has the published number of parameters', (a, count) => {
  expect(modelOf(RECIPE, a).layout.count).toBe(count);
});
