/** The contract of claims: no worlds, no claim. */
import { expect, it } from 'vitest';
import { claim, type Claim, type Triple } from './claim';
import { fakeStudy } from './fakeStudy';
import { defaults } from './schema';
import { expectTriples } from './triples';

const rows = (y: number, seeds: number) => () =>
  Array.from({ length: seeds }, (_, seed) => ({
    kind: 'point' as const,
    chart: 'square',
    series: 'measured',
    x: 2,
    seed,
    y: y + seed / 10,
  }));
const triple: Triple = { right: rows(3.8, 4), wrong: rows(5, 4), few: rows(4, 1) };
const loaded = { worlds: { square: triple } };
const [plain] = fakeStudy.claims(defaults(fakeStudy.fields));
const given = { ...plain!, over: 'repetitions', id: 'square' } as const;
const check = (...claims: readonly Claim[]): Promise<void> =>
  expectTriples({ path: 'fake/squares', claims: () => claims }, defaults(fakeStudy.fields));

it('a claim holds its own worlds, loaded when they are asked for', async () => {
  const made = claim({ ...given, worlds: () => Promise.resolve(loaded) });
  expect(await made.worlds()).toBe(triple);
  await check(made);
});
it('does not compile without worlds of its own id, or without saying what its interval is over', () => {
  // @ts-expect-error: the module has no worlds for this id.
  claim({ ...given, id: 'cube', worlds: () => Promise.resolve(loaded) });
  const { over: _, ...silent } = given;
  // @ts-expect-error: over what?
  claim({ ...silent, worlds: () => Promise.resolve(loaded) });
  // @ts-expect-error: no worlds.
  claim({ ...given });
  expect(given.id).toBe('square');
});
it('triples that come out otherwise are named, world by world', async () => {
  const worlds = { square: { right: triple.wrong, wrong: triple.right, few: triple.right } };
  const swapped = check(claim({ ...given, worlds: () => Promise.resolve({ worlds }) }));
  await expect(swapped).rejects.toThrow(/right world: 10 of 10.*\n.*wrong world: 10 of 10.*\n.*few world: 10 of 10/);
  await expect(check(plain!)).rejects.toThrow("'square' has no worlds");
});
