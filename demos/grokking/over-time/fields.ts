/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { common, learned, settingsOf, type Setting } from '../settings';

export const fields = defineFields({
  task: learned.task,
  modulus: { ...common.modulus, when: { task: ['add', 'subtract', 'multiply', 'divide', 'squares', 'cubic'] } },
  fraction: common.fraction,
  decays: common.decays,
  steps: common.steps,
  seeds: common.seeds,
  model: learned.model,
  hidden: learned.hidden,
  lr: common.lr,
  warmup: common.warmup,
  initScale: common.initScale,
  seed: common.seed,
});
export type Config = ConfigOf<typeof fields>;

/** In the order of their replicas. */
export const ownSettings = (c: Config): readonly Setting[] => settingsOf([c.fraction], c.decays);

/** Of the steps at which accuracy and loss are measured, those where the circuit is looked at. */
export const circuitAt = (steps: number): readonly number[] => {
  const even = Array.from({ length: 26 }, (_, i) => Math.round((steps * 2 * i) / 50));
  return [...new Set(even)].filter((s) => s > 0 && s <= steps);
};

/** A run elsewhere, to training accuracy above 99 % and test accuracy above 95 % (transformers: 90 %). */
export interface SingleRun {
  readonly transformer?: true;
  readonly set: Readonly<Record<'modulus' | 'fraction' | 'initScale' | 'lr' | 'decay', number>>;
  readonly memorised: number;
  readonly generalised: number;
}
/** Of sums, with 128 hidden units where they are not transformers. */
export const SINGLE_RUNS: readonly SingleRun[] = [
  { set: { modulus: 23, fraction: 0.7, initScale: 1, lr: 0.01, decay: 1 }, memorised: 150, generalised: 300 },
  { set: { modulus: 31, fraction: 0.6, initScale: 1, lr: 0.01, decay: 1 }, memorised: 200, generalised: 350 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 1 }, memorised: 1000, generalised: 1650 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 0.1 }, memorised: 1050, generalised: 2200 },
  { set: { modulus: 31, fraction: 0.6, initScale: 3, lr: 0.003, decay: 0 }, memorised: 1200, generalised: 3850 },
  { transformer: true, set: { modulus: 53, fraction: 0.5, initScale: 1, lr: 0.001, decay: 1 }, memorised: 93, generalised: 1637 },
  { transformer: true, set: { modulus: 113, fraction: 0.3, initScale: 1, lr: 0.001, decay: 1 }, memorised: 136, generalised: 10_017 },
];
/** The single run that had these settings. */
export const singleRun = (c: Config, { decay, fraction }: Setting): SingleRun | undefined => {
  if (c.task !== 'add' || (c.model === 'quadratic' && c.hidden !== 128)) return undefined;
  const own = { modulus: Number(c.modulus), fraction, initScale: c.initScale, lr: c.lr, decay };
  const same = ({ set }: SingleRun): boolean => (Object.keys(own) as (keyof typeof own)[]).every((key) => own[key] === set[key]);
  return SINGLE_RUNS.find((run) => (run.transformer ?? false) === (c.model === 'transformer') && same(run));
};

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { modulus: '7', hidden: 16, steps: 40, seeds: 2 } },
  quick: { config: { modulus: '23', fraction: 0.7, steps: 400 } },
  standard: { config: { initScale: 3, lr: 0.003, decays: [1, 0.1], steps: 2400 } },
  // Nanda et al.: full-batch AdamW, β = (0.9, 0.98).
  paper: { time: 'for a GPU', config: { model: 'transformer', lr: 0.001, warmup: 10, modulus: '113', fraction: 0.3, steps: 15_000 } },
};
