/** What links and files meant when this phenomenon was one study with variants. Frozen: nothing here follows the fields of today. */
import type { Config, Version1 } from '../../src/lab/study';

/** In this order: a field that has taken over the name of another (netDepth is depth now) comes after that one, and so its value holds. */
const defaults: Config = {
  variant: 'width',
  seeds: 40,
  seed: 0,
  widths: [32, 64, 128, 256, 512],
  depth: 2,
  inputs: 16,
  inputDimension: 10,
  task: 'parity',
  alphas: [0.1, 0.3, 1, 10, 30, 100],
  netWidth: 64,
  lazyWidths: [32, 64, 128, 256],
  activation: 'erf',
  examples: 40,
  counts: [25, 40, 60, 90],
  richAlpha: 0.1,
  lazyAlpha: 30,
  tests: 500,
  dimension: 12,
  bits: 2,
  netDepth: 1,
  steps: 200,
  rate: 0.3,
  frequencies: [1, 2, 3, 4, 6],
  circleWidth: 1024,
  circlePoints: 32,
  amplitude: 0.05,
  circleSteps: 400,
  circleRate: 1,
};

const presets: Version1['presets'] = {
  smoke: {
    seeds: 2,
    widths: [16, 32, 64],
    inputs: 6,
    alphas: [0.1, 10, 100],
    netWidth: 32,
    lazyWidths: [16, 32],
    examples: 16,
    counts: [16, 32],
    dimension: 8,
    tests: 60,
    steps: 60,
    frequencies: [1, 2, 3],
    circleWidth: 128,
    circlePoints: 16,
    circleSteps: 30,
  },
  quick: {
    seeds: 24,
    widths: [32, 64, 128, 256],
    inputs: 12,
    alphas: [0.1, 10, 30, 100],
    netWidth: 64,
    lazyWidths: [32, 64, 128],
    examples: 40,
    dimension: 12,
    counts: [25, 40, 60],
    tests: 300,
    steps: 100,
    circleWidth: 256,
    circlePoints: 32,
    circleSteps: 300,
  },
  standard: {},
  exact: { depth: 1 },
  lazy: { variant: 'lazy', seeds: 6 },
  versus: { variant: 'versus', seeds: 6 },
  mnist1d: { variant: 'versus', task: 'mnist1d', seeds: 5, counts: [50, 100, 200] },
  spectral: { variant: 'spectral', seeds: 6 },
  paper: { seeds: 100, widths: [64, 128, 256, 512, 1024, 2048, 4096], inputs: 64 },
};

/** By variant. */
const STUDIES = new Map([
  ['width', 'infinite-width'],
  ['lazy', 'lazy-and-rich'],
  ['versus', 'network-against-kernel'],
  ['spectral', 'spectral-bias'],
]);

export default {
  defaults,
  presets,
  /** A variant that never was is no study's either, and is refused as one. */
  studyOf: ({ variant }) => STUDIES.get(String(variant)) ?? String(variant),
  renamed: {
    'network-against-kernel': { netWidth: 'width', netDepth: 'depth' },
    'lazy-and-rich': { netWidth: 'width', lazyWidths: 'widths', netDepth: 'depth' },
    'spectral-bias': { circleWidth: 'width', circlePoints: 'points', circleSteps: 'steps', circleRate: 'rate' },
  },
  presetNow: { exact: 'standard', lazy: 'quick', versus: 'quick', mnist1d: 'quick', spectral: 'quick' },
} satisfies Version1;
