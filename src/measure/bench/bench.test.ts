/** The benchmark on cases small enough for a test: order of events, what wrong results and large work become, and the text of it all. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORACLES } from '../../../shaders/index';
import { GPURunError } from '../../core/errors';
import type { Spread } from '../../core/spread';
import { openGpu, type GpuExecutor } from '../../runtime/gpu';
import { measureKernel, WrongResult, type BenchCase } from './bench';
import { compare, readReport } from './compare';
import { kernelCases, roofCases } from './kernelCases';
import { BenchRecord } from './record';
import type { BenchOptions, BenchReport, BenchRow } from './report';
import { benchCases, runBench, withShare, type BenchEvent } from './run';
import { cellsOf, COLUMNS, markdown } from './text';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const reduce = ORACLES.find((o) => o.kernel.name === 'reduce')!;
const options = { op: 'sum', variant: 'thread', vec: 'K', epilogue: reduce.kernel.options['epilogue']![0]! };
const tiny: BenchCase = {
  id: 'tiny/sum',
  group: 'Tiny',
  label: 'four sums',
  set: 'quick',
  work: 32,
  measure: (bench) =>
    measureKernel({ ...bench, budgetMs: 20 }, { kernel: reduce.kernel, options, dims: { outer: 4, K: 8, inner: 1, cols: 4 }, replicas: 3 }),
};
const failing = (id: string, work: number, error?: Error): BenchCase => ({
  ...tiny,
  id,
  work,
  measure: async () => {
    if (error) throw error;
    throw new TypeError('must not be reached');
  },
});

const ROOFS = roofCases(true, { words: 4096, threads: 64, rounds: 4 });
const QUICK: BenchOptions = { set: 'quick', filter: '', big: false };
const run = async (
  cases: readonly BenchCase[],
  o = QUICK,
  signal?: AbortSignal,
): Promise<{ readonly report: BenchReport; readonly events: readonly BenchEvent[] }> => {
  const record = new BenchRecord(o, { build: 'a build', date: '2026-01-01', host: 'a host' });
  const events: BenchEvent[] = [];
  for await (const event of runBench(gpu, o, signal, cases, ROOFS)) {
    record.take(event);
    events.push(event);
  }
  record.end(true, 1);
  return { report: record.report, events };
};

describe('a run', () => {
  it('measures the roofs, then the cases, and checks what it times', async () => {
    const { report, events } = await run([tiny]);
    expect(events[0]).toMatchObject({ type: 'begin', adapter: { name: gpu.name }, cases: [...ROOFS.map((c) => c.label), 'four sums'] });
    expect(events.filter((e) => e.type === 'case').map((e) => e.index)).toEqual([...ROOFS, tiny].map((_, i) => i));
    expect(report.rows.map((r) => [r.id, r.state])).toEqual([...ROOFS.map((c) => c.id), 'tiny/sum'].map((id) => [id, 'measured']));
    expect(report.roofline!.bytesPerSecond).toBeGreaterThan(0);
    expect(report.roofline!.flopsPerSecond).toBeGreaterThan(0);
    const row = report.rows.at(-1)!;
    expect(row).toMatchObject({ checked: 'all 12 values', per: 'run', flops: 3 * 4 * 8, bytes: 3 * 4 * (4 * 8 + 4) });
    expect(row.time!.median).toBeGreaterThan(0);
    expect(row.time!.samples).toBeGreaterThanOrEqual(3);
    expect(row.share).toBeDefined();
  });
  it('times nothing that is wrong, and goes on after what fails', async () => {
    const { report } = await run([
      failing('wrong', 0, new WrongResult('all 4 values', ['got 1, want 2', 'and more', 'and more'])),
      failing('broken', 0, new GPURunError('no')),
      tiny,
    ]);
    expect(report.rows.slice(-3)).toMatchObject([
      { id: 'wrong', state: 'wrong', checked: 'all 4 values', note: 'got 1, want 2; and more' },
      { id: 'broken', state: 'failed', note: 'GPURunError: no' },
      { id: 'tiny/sum', state: 'measured' },
    ]);
    expect(report.rows.at(-3)!.time).toBeUndefined();
  });
  it('leaves large work out on a software adapter only, says so, and does it when asked', async () => {
    const large = failing('large', 1e12);
    expect((await run([large])).report.rows.at(-1)!.state).toBe(gpu.software ? 'left out' : 'failed');
    expect((await run([large], { ...QUICK, big: true })).report.rows.at(-1)!).toMatchObject({
      state: 'failed',
      note: 'TypeError: must not be reached',
    });
  });
  it('takes the cases of the set and the filter', async () => {
    const full = failing('other', 0);
    const ids = async (o: BenchOptions): Promise<readonly string[]> =>
      (
        await run(
          [
            { ...tiny, set: 'quick' },
            { ...full, set: 'full' },
          ],
          o,
        )
      ).report.rows
        .filter((r) => r.group === 'Tiny')
        .map((r) => r.id);
    expect(await ids(QUICK)).toEqual(['tiny/sum']);
    expect(await ids({ ...QUICK, set: 'full' })).toEqual(['tiny/sum', 'other']);
    expect(await ids({ ...QUICK, set: 'full', filter: 'OTHER' })).toEqual(['other']);
  });
  it('stops between cases', async () => {
    const stop = new AbortController();
    const last: BenchCase = {
      ...tiny,
      measure: async (bench) => {
        stop.abort();
        return tiny.measure({ ...bench, signal: undefined });
      },
    };
    await expect(run([last, tiny], QUICK, stop.signal)).rejects.toThrow('abort');
  });
});

describe('the cases', () => {
  it('have ids of their own', () => {
    const ids = benchCases().map((c) => c.id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });
  it('hold every registered kernel', () => {
    const kernels = new Set([...benchCases(), ...ROOFS].map((c) => c.id.split('/')[0]!));
    expect(ORACLES.map((o) => o.kernel.name).filter((name) => !kernels.has(name))).toEqual([]);
  });
  it('are measured on shapes that the kernels can serve', async () => {
    const small = kernelCases().filter((c) => ['schedule', 'record', 'batchIndices', 'arcKernelDiagonal'].includes(c.id.split('/')[0]!));
    expect(small.length).toBe(4);
    expect((await run(small)).report.rows.slice(-4).map((r) => r.state)).toEqual(['measured', 'measured', 'measured', 'measured']);
  });
});

const spread = (median: number, half = 0): Spread => ({ median, low: median - half, high: median + half, samples: 5 });
const rowAt = (id: string, time?: Spread, more: Partial<BenchRow> = {}): BenchRow => ({
  id,
  group: 'g',
  label: id,
  state: 'measured',
  checked: 'all 4 values',
  note: '',
  per: 'run',
  method: 'timestamps',
  ...(time ? { time } : {}),
  ...more,
});
const reportOf = (rows: readonly BenchRow[]): BenchReport => ({
  format: 'overparam-bench',
  version: 1,
  build: 'b',
  date: 'd',
  options: QUICK,
  adapter: { name: 'acme', software: false },
  host: 'h',
  clock: { timestampNs: 65_536, pageMs: 0.1 },
  roofline: { flopsPerSecond: 1e12, bytesPerSecond: 1e11 },
  rows,
  complete: true,
  seconds: 3,
});

describe('the share of the roof', () => {
  const { roofline } = reportOf([]);
  it('is that of the nearer roof', () => {
    expect(withShare(rowAt('a', spread(4e-3), { flops: 1e9, bytes: 5e7 }), roofline).share).toEqual({ of: 'arithmetic', value: 0.25 });
    expect(withShare(rowAt('a', spread(4e-3), { flops: 1e9, bytes: 2e8 }), roofline).share).toEqual({ of: 'memory', value: 0.5 });
  });
  it.each([
    ['no time', rowAt('a', undefined, { flops: 1, bytes: 1 })],
    ['no work', rowAt('a', spread(1))],
    ['nothing to do', rowAt('a', spread(1), { flops: 0, bytes: 0 })],
    ['a time that the clock could not tell from none', rowAt('a', spread(-1e-6), { flops: 1, bytes: 1 })],
  ])('is not given for %s', (_, row) => expect(withShare(row, roofline).share).toBeUndefined());
});

describe('a comparison', () => {
  const earlier = readReport(
    JSON.stringify(reportOf([rowAt('same', spread(10, 2)), rowAt('less', spread(10, 1)), rowAt('gone', spread(1)), rowAt('failed')])),
  );
  const later = reportOf([rowAt('same', spread(13, 2)), rowAt('less', spread(5, 1)), rowAt('new', spread(1)), rowAt('failed', spread(1))]);
  it('is of rows that both measured, and names what exceeds the scatter', () => {
    const { changes, warnings } = compare(earlier, later);
    expect([...changes]).toEqual([
      ['same', { ratio: 1.3, change: 'same' }],
      ['less', { ratio: 0.5, change: 'less' }],
    ]);
    expect(warnings).toHaveLength(1);
    const text = markdown(later, compare(earlier, later));
    expect(text).toMatch(/\| same \|.*no change shown: 1\.3 × the earlier time/);
    expect(text).toMatch(/\| less \|.*faster: 0\.5 × the earlier time/);
    expect(text).toMatch(/\| new \|.*not in the earlier report/);
  });
  it('warns of another adapter and another host', () => {
    expect(compare({ ...earlier, host: 'x', adapter: { name: 'y', software: true } }, later).warnings).toEqual([
      expect.any(String),
      expect.stringContaining('y'),
      expect.stringContaining('x'),
    ]);
  });
  it.each([
    ['no JSON at all', '{'],
    ['another format', '{"format":"overparam-device"}'],
    ['a row without id', JSON.stringify({ ...reportOf([]), rows: [{}] })],
  ])('refuses %s', (_, text) => {
    expect(() => readReport(text)).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

describe('the text', () => {
  it('has a cell for each column', () => expect(cellsOf(rowAt('a', spread(1)))).toHaveLength(COLUMNS.length));
  it('spells time, range and rates', () => {
    expect(cellsOf(rowAt('a', spread(2e-3, 5e-4), { flops: 4e9, bytes: 1e6, share: { of: 'memory', value: 0.5 } }))).toEqual([
      'a',
      '2 ms a run',
      '1.5–2.5 ms',
      '5',
      '2,000',
      '0.5',
      '50 % memory',
      'timestamps',
      '',
      'all 4 values',
    ]);
  });
  it('says what a wrong, a failed and a left-out row are, and never breaks a table', () => {
    expect(cellsOf(rowAt('a', undefined, { state: 'wrong', note: 'x | y\nz' })).join()).toContain('WRONG RESULT, not timed; x | y');
    expect(markdown(reportOf([rowAt('a', undefined, { state: 'wrong', note: 'x | y\nz' })]))).toContain('x \\| y z');
  });
  it('names adapter, host, clocks and roofs before any figure', () => {
    const [head] = markdown(reportOf([rowAt('a', spread(1))])).split('###');
    for (const fact of ['acme, hardware', 'Host: h', '65.5 µs', '100 µs', '1,000 GFLOP/s', '100 GB/s']) expect(head).toContain(fact);
  });
});
