/** Links and runs from before there were studies: each opens in the study it belongs to, with the numbers it had. */
import { describe, expect, it } from 'vitest';
import { defaults, parseConfig, presetConfig } from '../../src/lab/schema';
import { studyNamed, type Config, type PresetName } from '../../src/lab/study';
import { linkOfVersion1, presentRun } from '../../src/lab/version1';
import phenomenon from './phenomenon';
import version1 from './version1';

const entries = [{ card: phenomenon, load: () => Promise.resolve(phenomenon) }];
const opened = (preset: string, texts: Readonly<Record<string, string>> = {}) => linkOfVersion1(phenomenon, preset, texts);

/** The preset that each is called now, and in which settings it differs from that one. */
it.each<readonly [string, string, PresetName, Config]>([
  ['smoke', 'infinite-width', 'smoke', {}],
  ['quick', 'infinite-width', 'quick', {}],
  ['standard', 'infinite-width', 'standard', {}],
  ['exact', 'infinite-width', 'standard', { depth: 1 }],
  ['lazy', 'lazy-and-rich', 'quick', {}],
  ['versus', 'network-against-kernel', 'quick', {}],
  ['mnist1d', 'network-against-kernel', 'quick', { task: 'mnist1d', seeds: 5, counts: [50, 100, 200] }],
  ['spectral', 'spectral-bias', 'quick', {}],
  ['paper', 'infinite-width', 'paper', {}],
])('the old preset %s is %s, %s', async (name, id, preset, rest) => {
  const { study, ...placed } = await opened(name);
  const config = { ...presetConfig(study, preset), ...rest };
  expect([study.id, placed.preset, placed.config]).toEqual([id, preset, config]);
  expect(parseConfig(study.fields, config)).toEqual(config);
});

describe.each([
  ['width', 'infinite-width'],
  ['lazy', 'lazy-and-rich'],
  ['versus', 'network-against-kernel'],
  ['spectral', 'spectral-bias'],
])('the variant %s', (variant, id) => {
  const study = studyNamed(phenomenon, id);
  it('of the old smoke preset is the smoke preset', async () => {
    const placed = await opened('smoke', { variant });
    expect([placed.study.id, placed.preset, placed.config]).toEqual([id, 'smoke', presetConfig(study, 'smoke')]);
  });
  it('of the old defaults has the defaults, but for their number of seeds', async () => {
    expect((await opened('standard', { variant })).config).toEqual({ ...defaults(study.fields), seeds: 40 });
  });
});

it('settings go by the names they have now, whatever else had that name', async () => {
  const changes = { variant: 'versus', netDepth: '3', depth: '5', netWidth: '128', rate: '0.5' };
  expect((await opened('quick', changes)).config).toMatchObject({ depth: 3, width: 128, rate: 0.5 });
  const circle = { variant: 'spectral', circleSteps: '77', steps: '50', circleRate: '2', circlePoints: '64', circleWidth: '33' };
  expect((await opened('quick', circle)).config).toMatchObject({ steps: 77, rate: 2, points: 64, width: 33 });
  const lazy = { lazyWidths: [8, 16], widths: [2, 3], netDepth: 2, netWidth: 9, variant: 'lazy' };
  const run = await presentRun(entries, { study: 'tangent-kernel', preset: 'lazy', config: lazy });
  expect(run.config).toMatchObject({ widths: [8, 16], depth: 2, width: 9, steps: 200, alphas: version1.defaults['alphas'] });
});

it('refuses a variant that never was', async () => expect(opened('quick', { variant: 'none' })).rejects.toThrow(/no study 'none'/));
