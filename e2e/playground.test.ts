/** The playground on the GPU: files and built-in sets, live settings, weights out and in, networks that diverge. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import phenomenon from '../demos/playground/phenomenon';
import { prepare } from '../demos/playground/playground/data';
import { fields, type Config } from '../demos/playground/playground/fields';
import { evaluatedAt, pieceOf } from '../demos/playground/playground/run';
import { Control } from '../src/lab/control';
import { studyNamed, type ArtifactRow, type Config as AnyConfig, type Inputs, type PointRow, type Row } from '../src/lab/study';
import { judge } from '../src/lab/judge';
import { defaults, parseConfig, presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { readSafetensors, writeSafetensors } from '../src/runtime/safetensors';

let executor: GpuExecutor;
beforeAll(async () => {
  executor = await openGpu();
});
afterAll(() => executor.dispose());

const control = new Control();
const study = studyNamed(phenomenon, 'playground');
/** Of the playground's own fields: they have been checked by them. */
const own = (config: AnyConfig): Config => config as Config;
type Changes = Readonly<Record<number, Partial<Config>>>;
interface Asked {
  readonly inputs?: Inputs;
  /** By the number of the question for live settings, from 0. */ readonly changes?: Changes;
  readonly abortAfter?: number;
}
const measure = async (config: Config, { inputs = {}, changes = {}, abortAfter }: Asked = {}): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  const abort = new AbortController();
  let [call, latest] = [0, config];
  const live = (): Config => {
    latest = { ...latest, ...changes[call++] };
    return latest;
  };
  for await (const row of study.run(config, {
    executor,
    control,
    signal: abort.signal,
    turn: () => Promise.resolve(),
    inputs,
    live,
  })) {
    rows.push(row);
    if (row.kind === 'progress' && abortAfter !== undefined && row.done >= abortAfter) abort.abort();
  }
  return rows;
};
const SMOKE: Config = { ...own(presetConfig(study, 'smoke')), batch: 8 };
const file = (name: string, data: Uint8Array<ArrayBuffer>): { readonly name: string; readonly data: Uint8Array<ArrayBuffer> } => ({
  name,
  data,
});
const text = (content: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(content));
const points = (rows: readonly Row[], chart: string, series: string): readonly PointRow[] =>
  rows.filter((r): r is PointRow => r.kind === 'point' && r.chart === chart && r.series === series);
const events = (rows: readonly Row[]): readonly string[] => rows.flatMap((r) => (r.kind === 'event' ? [r.message] : []));
const weightsOf = (rows: readonly Row[]): ArtifactRow => {
  const found = rows.find((r) => r.kind === 'artifact');
  if (found?.kind !== 'artifact') throw new Error('no weights');
  return found;
};

/** One feature of which the class is the sign; 30 rows. */
const TABLE = file(
  'signs.csv',
  text(`size,kind\n${Array.from({ length: 30 }, (_, i) => `${i - 14.5},${i < 15 ? 'low' : 'high'}`).join('\n')}\n`),
);

const tensor = (...shape: number[]): { readonly shape: readonly number[]; readonly data: Float32Array } => ({
  shape,
  data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
});

describe('a run', () => {
  it('of the default network learns the spirals: the claims agree, every view has data, the progress ends', async () => {
    const config = { ...own(parseConfig(study.fields, {})), steps: 400, seeds: 5, examples: 300 };
    const rows = await measure(config);
    const table = new RowTable(rows);
    for (const v of study.views(config))
      for (const series of v.kind === 'line' ? Object.keys(v.series) : [])
        expect(points(rows, v.chart, series).length, `${v.chart} ${series}`).toBeGreaterThan(0);
    for (const v of judge(study, table, config)) expect(v.verdict, v.measured).toBe('agrees');
    expect(rows.findLast((r) => r.kind === 'progress')).toMatchObject({ done: 400, total: 400, steps: 2000 });
  });
  it.each<[Config['data'], Partial<Config>]>([
    ['mnist1d', {}],
    ['sine', {}],
    ['spirals', { hidden: [0], optimiser: 'sgd', batch: 0 }],
    ['spirals', { optimiser: 'momentum', activation: 'tanh', standardise: false }],
    ['sine', { optimiser: 'adamw', seeds: 1 }],
  ])('%s %o', async (data, rest) => {
    const config: Config = { ...SMOKE, data, ...rest };
    const rows = await measure(config);
    expect(points(rows, 'loss', 'test').at(-1)!.x).toBe(config.steps);
    expect(points(rows, 'loss', 'test').every((p) => Number.isFinite(p.y))).toBe(true);
    for (const v of judge(study, new RowTable(rows), config))
      expect(v.verdict, v.measured).toMatch(config.seeds === 1 ? /^inconclusive$/ : /^(agrees|inconclusive)$/);
    expect(weightsOf(rows).data.length).toBeGreaterThan(0);
  });
  it('thins what is measured at every step, and evaluates about 60 times', async () => {
    const config = { ...SMOKE, steps: 1000, seeds: 1, hidden: [2], examples: 40, batch: 8 };
    const rows = await measure(config);
    const steps = points(rows, 'gradient', 'norm').map((p) => p.x);
    expect(steps.length).toBeLessThanOrEqual(400);
    expect(steps).toEqual(Array.from({ length: 334 }, (_, i) => 3 * i));
    expect(points(rows, 'error', 'test').map((p) => p.x)).toEqual(evaluatedAt(1000));
    expect(evaluatedAt(1000).length).toBeLessThanOrEqual(61);
    expect([evaluatedAt(1000)[0], evaluatedAt(1000).at(-1)]).toEqual([0, 1000]);
  });
  it('offers its weights when it is aborted', async () => {
    const rows = await measure({ ...SMOKE, steps: 100_000 }, { abortAfter: 20 });
    const { metadata } = readSafetensors(weightsOf(rows).data);
    expect(Number(metadata['steps'])).toBeGreaterThanOrEqual(20);
    expect(Number(metadata['steps'])).toBeLessThan(100_000);
  });
});

describe('the update ratio', () => {
  it('of plain SGD is learning rate × gradient norm / weight norm, before and after a change', async () => {
    const rows = await measure({ ...SMOKE, optimiser: 'sgd', lr: 0.125, steps: 40, seeds: 1 }, { changes: { 1: { lr: 0.5 } } });
    const at = (chart: string, series: string, i: number): number => points(rows, chart, series)[i]!.y;
    const parameters = 2 * 8 + 8 + 8 * 2 + 2;
    for (let i = 0; i < 40; i++) {
      const expected = ((i < 20 ? 0.125 : 0.5) * at('gradient', 'norm', i)) / at('weights', 'norm', i);
      // Adding Δθ to θ rounds each weight; each of the three norms is a sum of N squares and a root, and then there are a product and a quotient.
      const lost = 2 ** -23 * (1 + 3 * (parameters + 8) * expected);
      expect(Math.abs(at('update', 'ratio', i) - expected)).toBeLessThan(lost);
    }
  });
});

describe('live settings', () => {
  const config: Config = { ...SMOKE, steps: 80, optimiser: 'momentum' };
  it('change the course from the step they say, and repeat exactly', async () => {
    const changes: Changes = { 2: { lr: 0.05, weightDecay: 0.01 } };
    const [plain, once, again] = [await measure(config), await measure(config, { changes }), await measure(config, { changes })];
    const before = (rows: readonly Row[]): readonly PointRow[] => points(rows, 'batch', 'loss').filter((p) => p.x <= 2 * pieceOf(config));
    // Rows of two plans come in an order that depends on how many steps a submission took.
    expect(new RowTable(once).points).toEqual(new RowTable(again).points);
    expect([events(once), weightsOf(once)]).toEqual([events(again), weightsOf(again)]);
    expect(before(once)).toEqual(before(plain));
    expect(points(once, 'batch', 'loss')).not.toEqual(points(plain, 'batch', 'loss'));
    expect(events(once)).toContain(`From step ${2 * pieceOf(config)}: learning rate 0.05 instead of 0.01, weight decay 0.01 instead of 0.`);
    expect(events(plain).filter((e) => e.startsWith('From step'))).toEqual([]);
  });
  it('are those of the schema', () => {
    expect(
      Object.entries(fields)
        .filter(([, f]) => 'apply' in f && f.apply === 'live')
        .map(([key]) => key),
    ).toEqual(['lr', 'weightDecay']);
  });
});

describe('weights', () => {
  it('out and in again give the same losses and errors, network by network', async () => {
    const first = await measure(SMOKE, { inputs: { data: TABLE } });
    const { name, data } = weightsOf(first);
    const second = await measure({ ...SMOKE, standardise: false }, { inputs: { data: TABLE, weights: { name, data } } });
    for (const chart of ['loss', 'error'])
      for (const series of ['train', 'test']) {
        const [all, resumed] = [points(first, chart, series), points(second, chart, series)];
        const [end, start] = [all.filter((p) => p.x === SMOKE['steps']), resumed.filter((p) => p.x === 0)];
        expect(end.length).toBe(2);
        expect(start.map((p) => p.y)).toEqual(end.map((p) => p.y));
      }
    const [a, b] = points(first, 'loss', 'test').filter((p) => p.x === SMOKE['steps']);
    expect(a!.y).not.toBe(b!.y);
  });
  it('are stored with what they were trained with', async () => {
    const { tensors, metadata } = readSafetensors(weightsOf(await measure(SMOKE, { inputs: { data: TABLE } })).data);
    expect(tensors['W1']!.shape).toEqual([1, 8]);
    expect(Object.keys(tensors)).toEqual([
      'W1',
      'b1',
      'W2',
      'b2',
      'replica1.W1',
      'replica1.b1',
      'replica1.W2',
      'replica1.b2',
      'x.mean',
      'x.deviation',
    ]);
    expect(metadata).toMatchObject({ model: 'mlp 1-8-2', activation: 'relu', classes: '["low","high"]', seeds: '0,1', steps: '60' });
  });
  it('of more than eight networks are the first one’s, from which then all start', async () => {
    const config = { ...SMOKE, seeds: 9, steps: 20 };
    const first = await measure(config);
    const file = weightsOf(first);
    expect(Object.keys(readSafetensors(file.data).tensors)).toEqual(['W1', 'b1', 'W2', 'b2', 'x.mean', 'x.deviation']);
    const start = points(await measure(config, { inputs: { weights: file } }), 'loss', 'test').filter((p) => p.x === 0);
    const { y } = points(first, 'loss', 'test').find((p) => p.x === 20 && p.seed === 0)!;
    expect(start.map((p) => p.y)).toEqual(Array.from({ length: 9 }, () => y));
  });
  const wrong = (tensors: Parameters<typeof writeSafetensors>[0], metadata = {}): Inputs => ({
    data: TABLE,
    weights: file('w.safetensors', new Uint8Array(writeSafetensors(tensors, metadata))),
  });
  const fitting = { W1: tensor(1, 8), b1: tensor(8), W2: tensor(8, 2), b2: tensor(2) };
  it.each([
    [
      'another shape',
      wrong({ ...fitting, W1: tensor(1, 9) }),
      'Expected: W1 [1,8], b1 [8], W2 [8,2], b2 [2]. Found: W1 [1,9], b1 [8], W2 [8,2], b2 [2]',
    ],
    ['a layer more', wrong({ ...fitting, W3: tensor(2, 2) }), 'Found: W1 [1,8], b1 [8], W2 [8,2], b2 [2], W3 [2,2]'],
    ['none', wrong({}), 'Found: none'],
    ['another activation', wrong(fitting, { activation: 'tanh' }), 'trained with the activation tanh, the setting is relu'],
    ['other classes', wrong(fitting, { classes: '["a","b"]' }), 'trained for the classes ["a","b"]'],
    ['other features', wrong({ ...fitting, 'x.mean': tensor(3), 'x.deviation': tensor(3) }), 'trained on 3 features, the data have 1'],
    ['no such file', { data: TABLE, weights: file('w.safetensors', text('hello')) }, 'safetensors: 5 bytes'],
  ])('%s: refused', async (_, inputs, message) => {
    await expect(measure(SMOKE, { inputs })).rejects.toThrow(message);
  });
});

describe('networks that diverge', () => {
  it('are each named once, and the run ends when all have', async () => {
    const rows = await measure({ ...SMOKE, data: 'sine', optimiser: 'sgd', lr: 1e6, seeds: 3, steps: 400 });
    const said = events(rows).filter((e) => e.includes('became'));
    expect(said.map((e) => /^replica (\d+)/.exec(e)?.[1]).toSorted()).toEqual(['0', '1', '2']);
    expect(said[0]).toMatch(/'[\w.]+' became (NaN|-?Infinity) at step \d+/);
    expect(events(rows).at(-1)).toContain('no file of weights');
    expect(points(rows, 'loss', 'test').every((p) => p.x < 400)).toBe(true);
  });
});

describe('what files are taken for', () => {
  const smoke = own(presetConfig(study, 'smoke'));
  it('is told column by column before a run, which then trains on the same', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i + 1},${i % 2 ? 'red' : 'blue'},${i % 7 === 0 ? '' : i / 4},2024-01-${10 + (i % 9)},${i % 2 ? 'yes' : 'no'}`,
    );
    const data = file('table.csv', text(`id,colour,size,day,answer\n${rows.join('\n')}\n`));
    const preview = (await study.inspect!({ data }, smoke))!;
    expect(preview.refusals).toEqual([]);
    expect(preview.columns.map((c) => [c.name, c.role, c.type])).toEqual([
      ['id', 'ignore', 'number'],
      ['colour', 'feature', 'category'],
      ['size', 'feature', 'number'],
      ['day', 'ignore', 'date'],
      ['answer', 'target', 'category'],
    ]);
    const measuredRows = await measure({ ...smoke, batch: 8 }, { inputs: { data } });
    expect(events(measuredRows)[0]).toBe(preview.understood);
    const kept = (await study.inspect!({ data }, { ...smoke, kept: [1], leftOut: [2] }))!;
    expect(kept.columns.map((c) => c.role)).toEqual(['feature', 'ignore', 'feature', 'ignore', 'target']);
  });
  it('is refused where a run would be', async () => {
    const data = file('t.csv', text('a,b,y\n1,2,0\n3,4,NA\n5,6,1\n'));
    expect((await study.inspect!({ data }, smoke)).refusals.join()).toMatch(/row 3/);
    await expect(study.inspect!({ labels: data }, smoke)).rejects.toThrow('choose the file of their examples');
  });
});
/** A file of 21 rows. */
const table = (row: (i: number) => string) => ({ data: file('t.csv', text(Array.from({ length: 21 }, (_, i) => row(i)).join('\n'))) });

describe('data', () => {
  const config = { ...own(defaults(study.fields)), testShare: 0.2 };
  it('from a CSV are split by the seed into all of the rows, and standardised by the training set', () => {
    const sets = prepare(config, { data: TABLE });
    expect([sets.kind, sets.train.n, sets.test.n, sets.inputs, sets.outputs, sets.classNames]).toEqual([
      'classification',
      24,
      6,
      1,
      2,
      ['low', 'high'],
    ]);
    const { mean, deviation } = sets.scale.x!;
    const all = [...sets.train.x, ...sets.test.x].map((v) => Math.round((v * deviation[0]! + mean[0]!) * 2) / 2);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i - 14.5));
    const labels = [...sets.train.y, ...sets.test.y];
    expect(labels).toEqual(all.map((v) => Number(v > 0)));
    expect(Math.abs([...sets.train.x].reduce((s, v) => s + v, 0))).toBeLessThan(24 * 2 ** -22);
    expect(prepare(config, { data: TABLE }).test.x).toEqual(sets.test.x);
    expect(prepare({ ...config, seed: 1 }, { data: TABLE }).test.x).not.toEqual(sets.test.x);
  });
  it('of a regression: 1 is what the training mean scores', () => {
    const sets = prepare({ ...config, data: 'sine' }, {});
    const mean = [...sets.train.y].reduce((s, v) => s + v, 0) / sets.train.n;
    expect(Math.abs(mean)).toBeLessThan(2 ** -22);
    expect(sets.constant.train).toBeCloseTo(1, 6); // standardised: its own variance
    expect(sets.constant.test).toBeCloseTo([...sets.test.y].reduce((s, v) => s + v * v, 0) / sets.test.n, 6);
  });
  it('of a file are limited to as many as asked for', () => {
    const sets = prepare({ ...config, limit: 10 }, { data: TABLE });
    expect([sets.train.n, sets.test.n]).toEqual([8, 2]);
  });
  it('without a value are left out, and names that are numbers read, as set', () => {
    const missing = table((i) => (i === 0 ? 'u,v' : `${i * i},${i === 9 ? '?' : i % 2}`));
    expect(() => prepare(config, missing)).toThrow('row 10: the target, column 2 ("v"), has no value');
    const sets = prepare({ ...config, missing: 'drop' }, missing);
    expect([sets.kind, sets.train.n + sets.test.n, sets.classNames]).toEqual(['classification', 19, ['0', '1']]);
    const numbered = table((i) => `${i % 5},${i % 3}`);
    for (const [header, n] of [
      ['auto', 21],
      ['yes', 20],
    ] as const) {
      const { train, test } = prepare({ ...config, header }, numbered);
      expect(train.n + test.n).toBe(n);
    }
  });
  it('too large for float32 to square are standardised, or refused by feature', () => {
    const large = table((i) => `${i},${i - 9}e25,${i % 2}`);
    expect(Math.max(...prepare(config, large).train.x.map(Math.abs))).toBeLessThan(20); // no value is further than √n deviations
    expect(() => prepare({ ...config, standardise: false }, large)).toThrow(
      /^feature 2 reaches -?\d\.\d\de\+2[56], too large .* Turn on 'Standardise'/,
    );
  });
  it.each([
    ['labels without examples', {}, { labels: TABLE }, 'choose the file of their examples'],
    ['too few to split', { limit: 2 }, { data: TABLE }, 'leave 2 to train on and 0 to test on'],
  ])('%s: refused', (_, rest, inputs, message) => {
    expect(() => prepare({ ...config, ...rest }, inputs)).toThrow(message);
  });
  it('with a batch larger than the training set: refused', async () => {
    await expect(measure({ ...SMOKE, batch: 32, limit: 20 }, { inputs: { data: TABLE } })).rejects.toThrow('only 14 examples to train on');
  });
});
