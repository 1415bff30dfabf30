/** What the tuner found is kept in the browser, and missed without harm where the browser keeps nothing. */
import { deleteDB } from 'idb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Tuner, type Finding } from '../../runtime/tuner';
import { browserFindings } from './findings';

const FOUND: Finding = { shape: 'AB 64×64×64 ·1, 0', choice: 'matmul 4x4', ms: { 'matmul 4x4': 0.5 }, pinned: false };
beforeEach(() => deleteDB('overparam-tuning'));
afterEach(() => {
  vi.restoreAllMocks();
});

it('gives back what was kept for an adapter and a build, and nothing for others', async () => {
  await browserFindings().save('adapter a, build 1', [FOUND]);
  expect(await browserFindings().load('adapter a, build 1')).toEqual([FOUND]);
  expect(await browserFindings().load('adapter a, build 2')).toEqual([]);
  expect(new Tuner('adapter a, build 1', { store: browserFindings() }).choices).toEqual({}); // not read before it is needed
  expect(await new Tuner('adapter a, build 1', { store: browserFindings() }).list()).toEqual([FOUND]);
});
it('keeps nothing, and says nothing, where the browser refuses', async () => {
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  await expect(browserFindings().save('a', [FOUND])).resolves.toBeUndefined();
  expect(await new Tuner('a', { store: browserFindings() }).list()).toEqual([]);
});
