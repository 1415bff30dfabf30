/** What can be set, and the presets. */
import { defineFields, type ConfigOf, type Preset, type PresetName } from '../../../src/lab/study';
import { PHASES } from '../../../src/theory/index';
import { common, settingsOf, units, type Setting } from '../settings';

export const fields = defineFields({
  modulus: common.modulus,
  kept: {
    kind: 'list',
    label: 'Frequencies kept',
    help: 'In the exact solution and in the trained network, strongest first; those above (p − 1)/2 are left out',
    default: [1, 2, 3, 4, 5, 6, 8, 11, 15],
    min: 1,
    max: 56,
    step: 1,
  },
  fraction: common.fraction,
  decay: { kind: 'number', label: 'Weight decay λ', help: 'Of the trained network', default: 1, min: 0, max: 100, step: 0.001 },
  steps: common.steps,
  seeds: common.seeds,
  hidden: units.hidden,
  lr: common.lr,
  warmup: common.warmup,
  initScale: common.initScale,
  seed: common.seed,
});
export type Config = ConfigOf<typeof fields>;

export const ownSettings = (c: Config): readonly Setting[] => settingsOf([c.fraction], [c.decay]);
/** Frequencies that there are, of those asked for. */
export const keptOf = ({ kept, modulus }: Config): readonly number[] =>
  [...new Set(kept)].filter((m) => m <= (Number(modulus) - 1) / 2).toSorted((a, b) => a - b);
/** Units that the exact solution takes. */
export const exactUnits = (p: number): number => (PHASES * (p - 1)) / 2;

export const presets: Readonly<Record<PresetName, Preset<Config>>> = {
  smoke: { config: { modulus: '7', hidden: 16, steps: 40, seeds: 2, kept: [1, 2, 3] } },
  quick: { config: { modulus: '23', fraction: 0.7, steps: 400 } },
  standard: { config: { modulus: '31', steps: 800 }, time: 'some 3 minutes without a GPU' },
  paper: { config: { modulus: '97', fraction: 0.5, hidden: 1024, steps: 10_000, kept: [1, 2, 4, 8, 16, 32, 48] }, time: 'for a GPU' },
};
