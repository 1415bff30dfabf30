import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BenchReport } from '../measure/bench/report';
import { BENCH_HELP, parseBench, type BenchCommand } from './benchArgs';
import { finish, readEarlier } from './benchOutput';
import { main } from './bench';

const command = (...args: string[]): BenchCommand => parseBench(args)!;
const collect = () => {
  const texts: string[] = [];
  return { texts, out: { write: (text: string) => texts.push(text) } };
};

describe('the command line of the benchmark', () => {
  it('has defaults, and takes everything there is', () => {
    expect(command()).toEqual({
      options: { set: 'quick', filter: '', big: false },
      host: 'browser',
      robust: true,
      json: undefined,
      compare: undefined,
    });
    expect(
      command('--set', 'full', '--filter', 'matmul', '--big', '--json', 'a', '--compare', 'b', '--host', 'node', '--no-robustness'),
    ).toEqual({ options: { set: 'full', filter: 'matmul', big: true }, host: 'node', robust: false, json: 'a', compare: 'b' });
  });
  it.each([
    [['--set', 'huge'], "--set is 'huge'; it may be quick or full"],
    [['--host', 'phone'], 'browser or node'],
    [['--fast'], '--fast'],
    [['x'], 'x'],
    [['--no-robustness'], '--host node'],
  ])('refuses %j', (args, words) => {
    expect(() => parseBench(args)).toThrow(words);
  });
  it('gives help without measuring', async () => {
    const { texts, out } = collect();
    expect(await main(['--help'], out)).toBe(0);
    expect(texts).toEqual([`${BENCH_HELP}\n`]);
  });
});

const report: BenchReport = {
  format: 'overparam-bench',
  version: 1,
  build: 'b',
  date: 'd',
  options: { set: 'quick', filter: '', big: false },
  adapter: { name: 'acme', software: false },
  host: 'h',
  clock: undefined,
  roofline: undefined,
  rows: [
    {
      id: 'a',
      group: 'g',
      label: 'l',
      state: 'measured',
      checked: 'all',
      note: '',
      per: 'run',
      time: { median: 1, low: 1, high: 1, samples: 3 },
    },
  ],
  complete: true,
  seconds: 1,
};
describe('the end of a benchmark', () => {
  it('prints the table and writes JSON that a later one is compared with', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'overparam-bench-'));
    try {
      const path = join(folder, 'one.json');
      const first = collect();
      expect(await finish(report, command('--json', path), undefined, first.out)).toBe(0);
      expect(first.texts.join('')).toContain('| l | 1 s a run |');
      expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)));
      const again = collect();
      expect(await finish(report, command(), await readEarlier(command('--compare', path)), again.out)).toBe(0);
      expect(again.texts.join('')).toContain('no change shown: 1 × the earlier time');
      await writeFile(path, '{}');
      await expect(readEarlier(command('--compare', path))).rejects.toThrow(/cannot compare with .*one\.json: bench report/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
  it('counts a wrong result', async () => {
    expect(await finish({ ...report, rows: [{ ...report.rows[0]!, state: 'wrong' }] }, command(), undefined, collect().out)).toBe(1);
  });
});
