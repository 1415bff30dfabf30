/** What the tuner found is kept in a file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../runtime/tuner';
import { fileFindings } from './findingFile';

const FOUND: Finding = { shape: 'AB 64×64×64 ·1, 0', choice: 'matmul 4x4', ms: { 'matmul 4x4': 0.5 }, pinned: false };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'findings-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('keeps the findings of several adapters in one file', async () => {
  const path = join(folder, 'tuning.json');
  expect(await fileFindings(path).load('a')).toEqual([]);
  await fileFindings(path).save('a', [FOUND]);
  await fileFindings(path).save('b', []);
  expect(await fileFindings(path).load('a')).toEqual([FOUND]);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ a: [FOUND], b: [] });
});
it('takes a file that is no JSON for an empty one', async () => {
  const path = join(folder, 'broken.json');
  await writeFile(path, '{');
  expect(await fileFindings(path).load('a')).toEqual([]);
});
it('says where it cannot write', async () => {
  await expect(fileFindings(join(folder, 'missing', 'tuning.json')).save('a', [FOUND])).rejects.toThrow(/ENOENT/);
});
