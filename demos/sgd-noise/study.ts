/** The noise of SGD: its scale, the batch size it sets, its temperature, an exact case, and what single gradients tell. */
import { defineStudy, loadedOnRun, type Config, type Curve } from '../../src/lab/study';
import card from './card';
import { claimsOf } from './claims';
import { FIELDS, num, PRESETS, variantOf } from './config';
import { EXPLANATION } from './explanation';
import { quadraticTheory } from './quadraticTheory';
import { viewsOf } from './views';

const level = (chart: string, series: string, ends: readonly [number, number], y: number, label: string): Curve => ({
  chart,
  series,
  x: ends,
  y: [y, y],
  kind: 'theory',
  label,
});
const theory = (c: Config): readonly Curve[] => {
  switch (variantOf(c)) {
    case 'quadratic':
      return quadraticTheory(c);
    case 'mislabelled':
      return [level('detect', 'precision', [0, num(c, 'epochs')], num(c, 'wrong'), 'chance')];
    default:
      return [];
  }
};

export default defineStudy({
  ...card,
  sources: [
    { label: 'McCandlish et al. 2018 (noise scale, critical batch)', url: 'https://arxiv.org/abs/1812.06162' },
    { label: 'Smith & Le 2017 (temperature)', url: 'https://arxiv.org/abs/1710.06451' },
    { label: 'Jastrzębski et al. 2017 (η/B)', url: 'https://arxiv.org/abs/1711.04623' },
    { label: 'Liu, Ziyin & Ueda 2020 (stationary noise)', url: 'https://arxiv.org/abs/2012.03636' },
    { label: 'Paul, Ganguli & Dziugaite 2021 (gradient norms of examples)', url: 'https://arxiv.org/abs/2107.07075' },
  ],
  config: FIELDS,
  presets: PRESETS,
  views: viewsOf,
  theory,
  claims: claimsOf,
  explanation: EXPLANATION,
  run: loadedOnRun(async () => (await import('./run')).runVariant),
});
