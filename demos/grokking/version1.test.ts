import { expect, it } from 'vitest';
import { linkOfVersion1 } from '../../src/lab/version1';
import phenomenon from './phenomenon';
import version1 from './version1';

it.each(Object.keys(version1.presets))('a link to the preset %s opens in its study', async (preset) => {
  const { study, config, unknown } = await linkOfVersion1(phenomenon, preset, {});
  expect(Object.keys(config).toSorted()).toEqual(Object.keys(study.fields).toSorted());
  expect(unknown).toEqual([]);
});
it.each([
  ['time', 'over-time'],
  ['phase', 'phase-diagram'],
  ['exact', 'solved-by-hand'],
])('the smallest preset with variant %s opens in %s', async (variant, id) => {
  const { study, preset, config } = await linkOfVersion1(phenomenon, 'smoke', { variant });
  expect([study.id, preset, config['modulus'], config['steps']]).toEqual([id, 'smoke', '7', 40]);
});
it('the decay of the network beside the hand-made one is the first of the list', async () => {
  const { config } = await linkOfVersion1(phenomenon, 'exact', { decays: '0.3,1' });
  expect(config['decay']).toBe(0.3);
});
