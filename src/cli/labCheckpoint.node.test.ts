/** What lies beside a headless run until it has come to its end, and who may use it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeEntry, fakeStudy } from '../lab/fakeStudy';
import { presetConfig } from '../lab/schema';
import { freeProfile } from './browser';
import { dropCheckpoint, hasCheckpoint, inCheckpoint, profileOf } from './checkpointFolder';
import { keepOrder, readOrder } from './labCheckpoint';
import { makeFolder, type LabRun } from './labOutput';

const NOW = new Date('2026-01-02T03:04:05.678Z');
const run: LabRun = {
  study: fakeStudy,
  preset: 'smoke',
  config: { ...presetConfig(fakeStudy, 'smoke'), points: 17, widths: [3, 5] },
  inputs: { data: { name: 'a.csv', data: Uint8Array.of(0, 128, 255) } },
  live: [{ call: 2, changes: { offset: 3 } }],
  reference: true,
};

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overparam-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the checkpoint of a headless run', () => {
  it('has its whole order, and is gone when it is dropped', async () => {
    await keepOrder(folder, run, NOW);
    const again = await readOrder(folder, [fakeEntry()]);
    expect(again).toMatchObject({ folder, date: NOW });
    const { study, out, ...others } = again.run;
    const { study: _, ...before } = run;
    expect([study.path, out, others]).toEqual([fakeStudy.path, folder, before]);
    await dropCheckpoint(folder);
    expect([hasCheckpoint(folder), existsSync(profileOf(folder))]).toEqual([false, false]);
  });

  it('keeps its folder from a run that is begun anew, unless forced, which forgets it', async () => {
    await keepOrder(folder, run, NOW);
    await writeFile(join(profileOf(folder), 'journal'), '');
    await expect(makeFolder({ ...run, out: folder }, NOW)).rejects.toThrow(/was cut off.*--resume.*--force/);
    expect(await makeFolder({ ...run, out: folder, force: true }, NOW)).toBe(folder);
    await keepOrder(folder, run, NOW);
    expect(existsSync(join(profileOf(folder), 'journal'))).toBe(false);
  });

  it('that is not there, or that this build cannot read, is said to be so and left alone', async () => {
    await expect(readOrder(folder, [fakeEntry()])).rejects.toThrow('no run was begun there');
    await writeFile(join(folder, 'run.json'), '{}');
    await expect(readOrder(folder, [fakeEntry()])).rejects.toThrow('came to its end');
    await keepOrder(folder, run, NOW);
    await expect(readOrder(folder, [])).rejects.toThrow(/cannot go on with the run in .*fake.*untouched/);
    const order = inCheckpoint(folder, 'order.json');
    const text = await readFile(order, 'utf8');
    await writeFile(order, text.slice(0, 200));
    await expect(readOrder(folder, [fakeEntry()])).rejects.toThrow(/cannot go on with.*untouched/);
    expect(hasCheckpoint(folder)).toBe(true);
  });
});

const lock = async (name: string): Promise<string> => {
  const profile = profileOf(folder);
  await mkdir(profile, { recursive: true });
  await symlink(name, join(profile, 'SingletonLock'));
  return profile;
};

describe('the profile', () => {
  it.each([
    ['a browser that is gone', `${hostname()}-4194304000`],
    ['another machine', 'elsewhere.example-1'],
  ])('that %s left locked is freed', async (_, name) => {
    const profile = await lock(name);
    await freeProfile(profile);
    await expect(readFile(join(profile, 'SingletonLock'))).rejects.toThrow('ENOENT');
  });
  it('that a living browser uses is not', async () => {
    const profile = await lock(`${hostname()}-${process.pid}`);
    await expect(freeProfile(profile, 200)).rejects.toThrow(`${folder} goes on now, in process ${process.pid}`);
  });
});
