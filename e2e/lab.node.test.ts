/** The headless runner from the shell, with the first study: build, browser, GPU, files, exit status, interruption. */
import type { RunFacts } from '../src/lab/run';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileOf } from '../src/cli/checkpointFolder';
import { killProcess } from '../src/cli/faultRuns';
import { ROOT } from '../src/cli/root';
import { readBundle } from '../src/lab/bundle';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
type Written = RunFacts & { readonly points: number };

/** `watch` sees stderr as it grows. */
const lab = (args: readonly string[], watch?: (child: ChildProcess, stderr: string) => void): Promise<Ended> =>
  new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(ROOT, 'src/cli/run.mjs'), 'lab', ...args], {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
      watch?.(child, said.stderr);
    });
    child.on('error', fail);
    child.on('close', (code) => done({ code, ...said }));
  });

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** It trains on the GPU, and its figures are checked against a closed form. */
const STUDY = 'double-descent/over-time';
const TRAINS = [STUDY, '--preset', 'smoke'];

describe('npm run lab', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'overparam-lab-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const summaryOf = async (out: string): Promise<Written> => {
    const { facts, points } = readBundle(await readFile(join(folder, out, 'run.json'), 'utf8'));
    return { ...facts, points: points.length };
  };
  const metricsOf = (out: string): Promise<string> => readFile(join(folder, out, 'metrics.csv'), 'utf8');

  it('trains, judges every claim, writes numbers, summary and charts, and does the same again with the same bits', async () => {
    const ended = await lab([...TRAINS, '--seeds', '3', '--out', join(folder, 'one')]);
    expect(ended.code, ended.stderr).toBe(0);
    const summary = await summaryOf('one');
    expect(summary).toMatchObject({ study: STUDY, preset: 'smoke', state: 'done', config: { seeds: 3 } });
    expect(summary.adapter.name).not.toBe('none');
    expect(ended.stdout).toContain(`on ${summary.adapter.name}`);
    expect(ended.stderr).toMatch(/% · .*points/);

    expect(summary.verdicts.length).toBeGreaterThan(0);
    for (const v of summary.verdicts) {
      expect(ended.stdout).toContain(`[${v.id}]`);
      expect(ended.stdout).toContain(v.measured);
    }
    // That the GPU's iterates are the closed form's needs no statistics, so even the smallest preset settles it.
    expect(summary.verdicts.find((v) => v.id === 'closed-form')?.verdict).toBe('agrees');

    const lines = (await metricsOf('one')).trimEnd().split('\n');
    expect(lines[0]).toBe('chart,series,seed,x,y');
    expect(lines).toHaveLength(1 + summary.points);
    const charts = (await readdir(join(folder, 'one'))).filter((name) => name.endsWith('.png'));
    expect(charts.length).toBeGreaterThan(0);
    for (const name of charts) expect((await readFile(join(folder, 'one', name))).subarray(0, PNG.length)).toEqual(PNG);

    const again = await lab(['--from', join(folder, 'one/run.json'), '--out', join(folder, 'two')]);
    expect(again.code, again.stderr).toBe(0);
    expect(await metricsOf('two')).toBe(await metricsOf('one'));
    expect(again.stdout).toContain(`${summary.points} of ${summary.points} numbers have the same bits.`);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('on %s ends the run, writes what was measured and exits with 130', async (signal) => {
    let sent = false;
    const ended = await lab([...TRAINS, '--set', 'steps=100000', '--out', join(folder, signal)], (child, stderr) => {
      if (sent || !/\b[1-9]\d* points/.test(stderr)) return;
      sent = true;
      child.kill(signal);
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stderr).toContain('interrupted');
    const summary = await summaryOf(signal);
    expect(summary.state).toBe('aborted');
    expect(summary.points).toBeGreaterThan(0);
    expect((await metricsOf(signal)).trimEnd().split('\n')).toHaveLength(1 + summary.points);
  });

  it('that is killed is gone on with from its folder, with the bits of one left alone; its checkpoint goes when it is over', async () => {
    const args = ['sgd-noise/stationary', '--preset', 'smoke', '--set', 'averaged=4000'];
    const alone = await lab([...args, '--out', join(folder, 'alone')]);
    expect(alone.code, alone.stderr).toBe(0);
    const out = join(folder, 'killed');
    const killed = await lab([...args, '--out', out], (child, stderr) => {
      if (/\b[1-9]\d* points/.test(stderr)) child.kill('SIGKILL');
    });
    expect([killed.code, existsSync(join(out, 'run.json')), existsSync(join(out, '.checkpoint'))]).toEqual([null, false, true]);
    const again = await lab([...args, '--out', out]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`--resume ${out}`)]);
    const resumed = await lab(['--resume', out]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await metricsOf('killed')).toBe(await metricsOf('alone'));
    expect(existsSync(join(out, '.checkpoint'))).toBe(false);
    const nothing = await lab(['--resume', out]);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('came to its end')]);
  });

  it.runIf(process.platform === 'linux')('goes on in another browser when its own dies, with the same bits', async () => {
    const out = join(folder, 'widowed');
    let died = false;
    const ended = await lab(['sgd-noise/stationary', '--preset', 'smoke', '--set', 'averaged=4000', '--out', out], (_, stderr) => {
      if (died || !/\b[1-9]\d* points/.test(stderr)) return;
      died = true;
      void killProcess(profileOf(out));
    });
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('the browser went away; the run goes on')]);
    expect(await metricsOf('widowed')).toBe(await metricsOf('alone'));
  });

  it('goes on without a reader of its output as after an interrupt, and says nothing of it', async () => {
    const out = join(folder, 'piped');
    const child = spawn(
      'bash',
      [
        '-c',
        `"$0" "$1" lab ${TRAINS.join(' ')} --set steps=100000 --out "$2" 2>&1 | head -n 2`,
        process.execPath,
        join(ROOT, 'src/cli/run.mjs'),
        out,
      ],
      { cwd: tmpdir() },
    );
    await new Promise((done) => {
      child.on('close', done);
    });
    await expect.poll(() => existsSync(join(out, 'run.json')), { timeout: 60_000, interval: 200 }).toBe(true);
    expect((await summaryOf('piped')).state).toBe('aborted');
  });

  it('prints JSON for programs; a folder that holds a run is not written over unless asked', async () => {
    const args = [...TRAINS, '--seeds', '2', '--set', 'steps=20', '--json', '--out', join(folder, 'json')];
    const ended = await lab(args);
    expect(ended.code, ended.stderr).toBe(0);
    const said = JSON.parse(ended.stdout) as { readonly study: string; readonly state: string; readonly verdicts: readonly unknown[] };
    expect([said.study, said.state, said.verdicts.length]).toEqual([STUDY, 'done', (await summaryOf('json')).verdicts.length]);
    const refused = await lab(args);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('--force');
    expect((await lab([...args, '--force'])).code).toBe(0);
  });

  it('refuses wrong usage before it builds, launches or writes anything', async () => {
    const out = join(folder, 'never');
    const ended = await lab(['double-descent', '--set', 'seeds=0', '--out', out]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('seeds');
    expect(ended.stderr).not.toContain('building');
    expect(existsSync(out)).toBe(false);
  });
});
