/** Folders of runs that start together, and files that cannot be written. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeStudy } from '../lab/fakeStudy';
import { presetConfig } from '../lab/schema';
import { makeFolder, writeOutcome, type LabRun } from './labOutput';
import type { Outcome } from './labPage';

const run: LabRun = { study: fakeStudy, preset: 'smoke', config: presetConfig(fakeStudy, 'smoke'), inputs: {}, live: [] };
const outcome: Outcome = {
  state: 'done',
  adapter: { name: 'a', software: true },
  rows: [{ kind: 'point', chart: 'c', series: 's', x: 1, seed: 0, y: 2 }],
  verdicts: [],
  charts: [{ name: 'c', png: Uint8Array.of(1) }],
  artifacts: [{ name: 'w.safetensors', data: Uint8Array.of(2) }],
  live: [],
  seconds: 1,
};
const NOW = new Date('2026-01-02T03:04:05.678Z');

let [folder, before] = ['', process.cwd()];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overparam-'));
  before = process.cwd();
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

describe('the folder of a run', () => {
  it('is its own, however many start in one second', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => makeFolder(run, NOW)));
    expect(new Set(made).size).toBe(5);
    expect((await readdir('out')).toSorted()[0]).toBe('fake-squares-smoke-20260102T030405Z');
  });
  it('that holds a run is refused, unless it may be written over', async () => {
    const out = join(folder, 'mine');
    expect(await makeFolder({ ...run, out }, NOW)).toBe(out);
    expect(await makeFolder({ ...run, out }, NOW)).toBe(out); // empty still
    await writeFile(join(out, 'run.json'), '{}');
    await expect(makeFolder({ ...run, out }, NOW)).rejects.toThrow(/holds a run.*--force/);
    expect(await makeFolder({ ...run, out, force: true }, NOW)).toBe(out);
  });
  it('that cannot be made is named with the cause', async () => {
    await writeFile('file', '');
    await expect(makeFolder({ ...run, out: join(folder, 'file/below') }, NOW)).rejects.toThrow(/cannot make the folder .*below/);
  });
});

it('what can be written is written, what cannot is named with its cause', async () => {
  await mkdir('full');
  await symlink('/dev/full', 'full/metrics.csv');
  const failed = await writeOutcome(join(folder, 'full'), run, outcome, NOW);
  expect(failed).toEqual([expect.stringMatching(/^metrics\.csv \(ENOSPC/)]);
  expect(['run.json', 'c.png', 'w.safetensors'].map((name) => existsSync(join('full', name)))).toEqual([true, true, true]);
});
