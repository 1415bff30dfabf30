/** A small study without a GPU, for tests of what surrounds studies. */
import type { Executor } from '../runtime/executor';
import {
  defineFields,
  definePhenomenon,
  defineStudy,
  type ConfigOf,
  type Entry,
  type StudyDeclaration,
  type Phenomenon,
  type Row,
  type RunContext,
  type Study,
} from './study';

/** Runs no plans: `open` rejects. */
export const fakeExecutor = (software = true): Executor => ({
  name: 'no device',
  software,
  maxBindings: 8,
  open: () => Promise.reject(new Error('this executor runs no plans')),
  dispose: () => undefined,
});

const fields = defineFields({
  points: { kind: 'number', label: 'Points', default: 6, min: 1, max: 1000, step: 1 },
  seeds: { kind: 'number', label: 'Repetitions', default: 3, min: 1, max: 16, step: 1 },
  offset: { kind: 'number', label: 'Spread', default: 0.5, min: 0.001, max: 10, step: 0.001, log: true },
  kind: { kind: 'choice', label: 'Kind', default: 'plain', options: { plain: 'Plain', fancy: 'Fancy' } },
  strict: { kind: 'flag', label: 'Strict', default: false, advanced: true },
  widths: { kind: 'list', label: 'Widths', default: [1, 2, 4], min: 1, max: 64, step: 1, advanced: true },
  failAt: { kind: 'number', label: 'Fail at', default: 0, min: 0, max: 1000, step: 1, advanced: true },
  seed: { kind: 'number', label: 'Seed', default: 1, min: 0, max: 4294967295, step: 1 },
});
type Config = ConfigOf<typeof fields>;

async function* run({ points, seeds, offset, failAt }: Config, { signal, turn }: RunContext<Config>): AsyncIterable<Row> {
  for (let x = 1; x <= points; x++) {
    for (let seed = 0; seed < seeds; seed++) {
      await turn();
      if (signal.aborted) return;
      if (x === failAt) throw new RangeError(`asked to fail at ${x}`);
      yield { kind: 'point', chart: 'square', series: 'measured', x, seed, y: x * x + offset * (seed - (seeds - 1) / 2) };
      yield { kind: 'cell', chart: 'map', x, y: seed, seed: 0, value: x * seed };
      const done = (x - 1) * seeds + seed + 1;
      yield { kind: 'progress', done, total: points * seeds, phase: 'squaring', steps: done };
    }
  }
}

const squares = defineStudy({
  id: 'squares',
  title: 'Squares',
  question: 'Is the square of x the square of x?',
  references: () => Promise.resolve({ default: [] }),
  fields,
  presets: {
    smoke: { config: { points: 3, seeds: 1 } },
    quick: { config: {} },
    standard: { config: { points: 50 } },
    paper: { config: { points: 200, seeds: 8 } },
  },
  views: () => [
    { kind: 'line', chart: 'square', title: 'Squares', x: 'x', y: 'x²', series: { measured: 'measured' } },
    { kind: 'heatmap', chart: 'map', title: 'Products', x: 'x', y: 'repetition', value: 'product' },
  ],
  theory: (config) => {
    const x = Array.from({ length: config.points }, (_, i) => i + 1);
    return [{ chart: 'square', series: 'measured', x, y: x.map((v) => v * v), kind: 'theory', label: 'x²' }];
  },
  markers: () => [{ chart: 'square', x: 2, label: 'two' }],
  claims: () => [
    {
      id: 'square',
      says: 'At x = 2 the mean is 4.',
      source: 'Euclid',
      falsifier: 'a 95 % interval at x = 2 that leaves out 4',
      test: (table) => {
        const at = table.summary('square', 'measured').find((s) => s.x === 2);
        if (!at || at.n < 2) return { verdict: 'inconclusive', measured: 'fewer than two repetitions at x = 2' };
        const verdict = at.low <= 4 && 4 <= at.high ? 'agrees' : 'disagrees';
        return { verdict, measured: `mean ${at.mean}`, value: at.mean, interval: [at.low, at.high] };
      },
    },
  ],
  run,
  explanation: { see: '<p>Squares grow.</p>', why: '<p>They are products.</p>', limits: '<p>Small numbers.</p>' },
});

export const fakePhenomenon: Phenomenon = definePhenomenon({
  id: 'fake',
  title: 'Powers',
  question: 'How do powers grow?',
  summary: 'A parabola with a little spread.',
  references: () => Promise.resolve({ default: [] }),
  sources: [{ label: 'Euclid', url: 'https://example.org/euclid' }],
  studies: [squares, { ...squares, id: 'again', title: 'Squares again' }],
  version1: () =>
    Promise.resolve({
      default: {
        // `points` was another setting, of a variant that is no more.
        defaults: { variant: 'plain', count: 6, points: 500, seeds: 3, offset: 0.5 },
        presets: { smoke: { count: 3 }, quick: {}, special: { variant: 'other' } },
        studyOf: (c) => (c['variant'] === 'other' ? 'again' : 'squares'),
        renamed: { squares: { count: 'points' }, again: { count: 'points' } },
        presetNow: { special: 'quick' },
      },
    }),
});
export const fakeStudy: Study = fakePhenomenon.studies[0]!;
/** The phenomenon as a registry lists it, its first study with some changes. */
export const fakeEntry = (changes: Partial<StudyDeclaration> = {}): Entry => {
  const [first, ...others] = fakePhenomenon.studies;
  return {
    card: fakePhenomenon,
    load: () => Promise.resolve(definePhenomenon({ ...fakePhenomenon, studies: [{ ...first!, ...changes }, ...others] })),
  };
};
