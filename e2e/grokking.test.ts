/** Grokking on the GPU: the weights solved by hand, the smoke preset of every study, and the quick preset, which groks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import phenomenon from '../demos/grokking/phenomenon';
import { studyNamed, type Config, type Row, type Study } from '../src/lab/study';
import { judge } from '../src/lab/judge';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { quadraticMlp, quadraticScale } from '../src/models/index';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { predict } from '../src/runtime/trainLoop';
import { analyticLogits, analyticRounding, analyticScale, analyticWeights, frequencyCount, PHASES } from '../src/theory/index';
import { measured } from './measured';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

const measure = (study: Study, config: Config): Promise<readonly Row[]> => measured(study, config, executor);

describe('weights solved by hand, in the model on the GPU', () => {
  /** u of float32 as kernels' bounds take it. */
  const UNIT = 2 ** -23;
  it.each([
    [5, [1, 2]],
    [11, [3]],
    [23, [2, 3, 7, 11]],
    [23, Array.from({ length: 11 }, (_, i) => i + 1)],
    [31, Array.from({ length: 15 }, (_, i) => i + 1)],
  ])('modulo %i, frequencies %j: every logit within its bound', async (p, frequencies) => {
    const hidden = PHASES * frequencyCount(p);
    const model = quadraticMlp({ symbols: p, hidden });
    const { U, V, W } = analyticWeights(p, frequencies, { hidden, scale: analyticScale(p, quadraticScale({ symbols: p, hidden })) });
    const tokens = Uint32Array.from({ length: 2 * p * p }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2 / p) : Math.floor(i / 2) % p));
    const logits = await predict(
      executor,
      model,
      { U: Float32Array.from(U), V: Float32Array.from(V), W: Float32Array.from(W) },
      tokens,
      p * p,
    );
    const expected = analyticLogits(p, frequencies).map((v) => (2 * v) / (3 * p));
    const bound = analyticRounding(p, PHASES * frequencies.length, hidden, UNIT);
    let [worst, right] = [0, 0];
    for (let i = 0; i < p * p; i++) {
      const sum = (tokens[2 * i]! + tokens[2 * i + 1]!) % p;
      const row = logits.subarray(i * p, (i + 1) * p);
      for (let q = 0; q < p; q++) worst = Math.max(worst, Math.abs(row[q]! - expected[(sum - q + p) % p]!));
      right += Number(row.indexOf(Math.max(...row)) === sum);
    }
    expect(worst).toBeLessThanOrEqual(bound);
    expect(worst).toBeGreaterThan(0);
    expect(right).toBe(p * p);
  });
});

/** What every run has: points or cells for every view, progress to its end, verdicts that contradict nothing. */
const check = (study: Study, config: Config, rows: readonly Row[]): RowTable => {
  const table = new RowTable(rows);
  study.theory?.(config);
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
  for (const { id, says, verdict, measured } of judge(study, table, config)) {
    console.log(`${id}: ${verdict}: ${measured}`);
    expect(verdict, `${says} ${measured}`).not.toBe('disagrees');
  }
  return table;
};

describe('the smoke preset', () => {
  it.each<[string, Config]>([
    ['over-time', {}],
    ['over-time', { task: 'subtract', decays: [0, 1], seed: 1_000_000 }],
    ['over-time', { task: 'divide' }],
    ['over-time', { task: 's5', steps: 10, fraction: 0.02, seeds: 1 }],
    ['over-time', { model: 'transformer', modulus: '5', steps: 12, warmup: 10, seeds: 1 }],
    ['phase-diagram', { decays: [0, 1] }],
    ['solved-by-hand', {}],
  ])('of %s with %o', async (id, edge) => {
    const study = studyNamed(phenomenon, id);
    const config = { ...presetConfig(study, 'smoke'), ...edge };
    check(study, config, await measure(study, config));
  });
});

it('the quick preset groks: it memorises, then generalises, its circuit first; all claims are judged', async () => {
  const study = studyNamed(phenomenon, 'over-time');
  const config = presetConfig(study, 'quick');
  const table = check(study, config, await measure(study, config));
  const end = (series: string): readonly number[] => table.summary('accuracy', series).at(-1)!.values;
  for (const accuracy of [...end('train 0.7/1'), ...end('test 0.7/1')]) expect(accuracy).toBeGreaterThan(0.95);
  expect(judge(study, table, config).map(({ id, verdict }) => [id, verdict])).toEqual([
    ['delay', 'agrees'],
    ['restricted', 'agrees'],
    ['key', 'inconclusive'],
  ]);
  // Below the transformer's nine tenths, far above the share of 22 among the 528 dimensions that logits may vary in.
  const shares = table.summary('explained', 'key').at(-1)!.values;
  for (const share of shares) expect(share).toBeGreaterThan(0.5);
}, 600_000);
