import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PresetName, Reference } from '../lab/study';
import { fakePhenomenon, fakeStudy } from '../lab/fakeStudy';
import { parseLab } from './labArgs';
import { keepReference, parseReferences, referencesText, writeReference } from './labReference';
import { ROOT } from './root';

const reference = (preset: PresetName, y: readonly (number | null)[] = [1, null, 2e-7]): Reference => ({
  preset,
  config: { widths: [1, 2], kind: '[\n 1', on: true },
  adapter: 'a GPU',
  software: true,
  date: '2026-01-02T03:04:05.000Z',
  build: 'abc',
  seconds: 1.5,
  view: { kind: 'line', chart: 'c', title: 't', x: 'x', y: 'y', logX: true, series: { s: 'S' } },
  markers: [],
  source: 'ef',
  verdicts: [
    { id: 'v', says: 's', source: 'o', falsifier: 'f', measured: 'm', verdict: 'agrees', value: 1, interval: [0.5, 2] },
    { id: 'w', says: 's', source: 'o', falsifier: 'f', measured: 'm', verdict: 'inconclusive' },
  ],
  curves: [{ chart: 'c', series: 's', label: 'S', kind: 'measured', x: [1, 2, 3], y, low: y, high: y }],
});
const study = { path: 'some/one' };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'overparam-'));
  await mkdir(join(root, 'demos/some/one'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('references in a file', () => {
  it('are written, replaced and sorted by preset', async () => {
    const file = await writeReference(study, reference('quick'), root);
    await writeReference(study, reference('smoke'), root);
    await writeReference(study, reference('quick', [4, 5, 6]), root);
    const text = await readFile(file, 'utf8');
    expect(file).toBe(join(root, 'demos/some/one/reference.json'));
    expect(parseReferences(text, file)).toEqual([reference('smoke'), reference('quick', [4, 5, 6])]);
    expect(text).toContain('"y": [1,null,2e-7],\n');
  });

  it('are the same when read again', () =>
    expect(parseReferences(referencesText([reference('smoke')]), 'f')).toEqual([reference('smoke')]));

  it.each([
    ['no JSON', '{', /f does not hold references/],
    ['another kind of file', '{}', /f does not hold references/],
    ['curves of unequal length', JSON.stringify([reference('smoke', [1])]), /0\.curves\.0: .*differ in length/],
    ['a missing adapter', JSON.stringify([{ ...reference('smoke'), adapter: undefined }]), /0\.adapter/],
  ])('are refused in a file with %s', (_, text, message) => expect(() => parseReferences(text, 'f')).toThrow(message));

  it('leave a file that holds something else as it is', async () => {
    const file = join(root, 'demos/some/one/reference.json');
    await writeFile(file, '{"mine": 1}');
    await expect(writeReference(study, reference('quick'), root)).rejects.toThrow(/does not hold references/);
    expect(await readFile(file, 'utf8')).toBe('{"mine": 1}');
  });
});

const parse = (...args: string[]) => parseLab(['fake', ...args], { phenomena: [fakePhenomenon], references: new Map() });
describe('--reference', () => {
  it('is off unless asked for', () =>
    expect([parse(), parse('--reference')].map((c) => c.kind === 'run' && c.reference)).toEqual([undefined, true]));
  it('leaves the repetition free, and nothing else', () => {
    expect(parse('--reference', '--preset', 'quick', '--seeds', '7', '--set', 'seed=4')).toMatchObject({
      preset: 'quick',
      reference: true,
      config: { seeds: 7, seed: 4 },
    });
    expect(() => parse('--reference', '--set', 'offset=2', '--set', 'points=9')).toThrow(/points, offset differ from it/);
  });
  it('keeps nothing of a run that did not end by itself', async () => {
    const run = { study: fakeStudy, preset: 'quick', config: {} } as const;
    const facts = { adapter: { name: 'a', software: true }, date: '', build: '', source: '', seconds: 0, verdicts: [] };
    expect(await keepReference(run, 'aborted', [], facts)).toContain('no reference was kept');
    expect(existsSync(join(ROOT, 'demos/fake'))).toBe(false);
  });
});

const STORED = readdirSync(join(ROOT, 'demos'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('reference.json'))
  .map((name) => join(ROOT, 'demos', name));
it('every stored run is one, and small', () => {
  expect(STORED.length).toBeGreaterThan(0);
  for (const file of STORED)
    for (const stored of parseReferences(readFileSync(file, 'utf8'), file)) expect(JSON.stringify(stored).length).toBeLessThan(16_000);
});
