/** Every study's claims have worlds to be tested in, but for a list that is to be emptied. */
import { expect, it } from 'vitest';
import { isProven } from '../src/lab/claim';
import { presetConfig } from '../src/lab/schema';
import { PRESET_NAMES, type Phenomenon } from '../src/lab/study';

/** Studies of which some claim has no worlds yet. Take them off as they get them; once it is empty, `Claim` is `ProvenClaim`. */
const LACKING = [
  'double-descent/high-dimensional-limit',
  'double-descent/networks',
  'double-descent/over-time',
  'double-descent/random-features',
  'grokking/over-time',
  'grokking/phase-diagram',
  'grokking/solved-by-hand',
  'mnist1d/architectures',
  'playground/playground',
  'sgd-noise/critical-batch',
  'sgd-noise/mislabelled',
  'sgd-noise/noise-scale',
  'sgd-noise/stationary',
  'sgd-noise/temperature',
  'tangent-kernel/infinite-width',
  'tangent-kernel/lazy-and-rich',
  'tangent-kernel/network-against-kernel',
  'tangent-kernel/spectral-bias',
];

const phenomena = import.meta.glob<{ readonly default: Phenomenon }>('../demos/*/phenomenon.ts');
const studies = (await Promise.all(Object.values(phenomena).map((load) => load()))).flatMap((m) => m.default.studies);

it('the list of studies whose claims lack worlds is the list of those that do', () => {
  const lacking = studies.filter((study) => PRESET_NAMES.some((name) => !study.claims(presetConfig(study, name)).every(isProven)));
  const known = new Set(studies.map((s) => s.path));
  expect(known.size).toBeGreaterThan(10);
  expect(lacking.map((s) => s.path).toSorted()).toEqual(LACKING.filter((path) => known.has(path)));
});
