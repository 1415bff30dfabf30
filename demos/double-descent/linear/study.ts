/** Linear regression along model size or sample size, against its exact risk. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';
import { theory, threshold } from './theory';

const views = (c: Config): readonly View[] => [
  {
    kind: 'line',
    chart: 'risk',
    title: 'Excess risk',
    x: c.sweep === 'examples' ? 'examples n' : 'features p',
    y: 'E(ŷ − xᵀβ)²',
    logY: true,
    series: { 'min-norm': 'minimum norm', ridge: 'ridge at its optimum' },
  },
];

export default defineStudy({
  id: 'linear',
  title: 'Linear regression',
  question: 'Where does the risk of least squares peak, and does it fall again as features or examples are added?',
  fields,
  presets,
  views,
  theory,
  markers: (c) => [{ chart: 'risk', x: threshold(c), label: 'p = n' }],
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Gaussian inputs, a target that uses all D features equally, and least squares on the first p of them. The dashed curve is
the exact expectation, not a fit. The risk rises to a peak where the model can just fit every example, p = n, and falls again
beyond.</p>`,
    why: `<p>At the threshold exactly one set of weights fits the data, and it has to be large: the smallest singular value of the data
matrix is near zero, and noise is divided by it. Past the threshold many sets of weights fit. Least squares by the pseudo-inverse, like
gradient descent from zero, takes the one of smallest norm, and the more there is to choose from, the smaller that norm is.</p>`,
    limits: `<p>Within one of the threshold the expectation is infinite, and within three the variance of the risk is, so means there
jump from run to run and no interval is judged. The ridge curve is the limit of large n, the measured one is at finite n. Least squares
runs in float64 on the processor.</p>`,
  },
});
