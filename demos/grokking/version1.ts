/** The settings of grokking as links and files of version 1 have them. */
import type { Config, Version1 } from '../../src/lab/study';

const STUDIES: Readonly<Record<string, string>> = { time: 'over-time', phase: 'phase-diagram', exact: 'solved-by-hand' };
const TRANSFORMER = { model: 'transformer', lr: 0.001, warmup: 10, decays: [1] };
/** Solving by hand trained with the first of the decays. */
const adapted = (c: Config): Config =>
  c['variant'] === 'exact' && Array.isArray(c['decays']) ? { ...c, decay: Number(c['decays'][0]) } : c;

export default {
  defaults: {
    variant: 'time',
    model: 'quadratic',
    task: 'add',
    modulus: '31',
    fraction: 0.6,
    fractions: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    decays: [1],
    steps: 2000,
    seeds: 5,
    seed: 0,
    lr: 0.01,
    warmup: 0,
    initScale: 1,
    hidden: 128,
    kept: [1, 2, 3, 4, 5, 6, 8, 11, 15],
  },
  presets: {
    smoke: { modulus: '7', hidden: 16, fraction: 0.6, fractions: [0.4, 0.8], steps: 40, seeds: 2, kept: [1, 2, 3] },
    quick: { modulus: '23', fraction: 0.7, steps: 400 },
    standard: { initScale: 3, lr: 0.003, decays: [1, 0.1], steps: 2400 },
    phase: { variant: 'phase', modulus: '23', fractions: [0.3, 0.5, 0.7, 0.8], decays: [0.3, 1], steps: 800 },
    exact: { variant: 'exact', modulus: '23', fraction: 0.7, steps: 400 },
    transformer: { ...TRANSFORMER, modulus: '53', fraction: 0.5, steps: 3000 },
    paper: { ...TRANSFORMER, modulus: '113', fraction: 0.3, steps: 15_000 },
  },
  studyOf: (c) => STUDIES[String(c['variant'])] ?? 'over-time',
  adapted,
  renamed: {},
  presetNow: { phase: 'standard', exact: 'quick', transformer: 'paper' },
} satisfies Version1;
