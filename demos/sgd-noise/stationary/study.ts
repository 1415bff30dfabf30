/** SGD and heavy ball on a noisy quadratic, against their exact stationary variance. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { ascending } from '../settings';
import { line, LOG } from '../views';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';
import { betaSeries, theory } from './theory';

const views = (c: Config): readonly View[] => {
  const labels = Object.fromEntries(ascending(c.betas).map((beta) => [betaSeries(beta), beta === 0 ? 'SGD' : `heavy ball, β = ${beta}`]));
  return [
    line('variance', 'Stationary variance', 'step size ηh', 'h² Var θ / σ²', labels, LOG),
    line('course', 'Variance after a start at the minimum, at a middle step size', 'step', 'share of its stationary value', labels, {
      logX: true,
    }),
  ];
};

export default defineStudy({
  id: 'stationary',
  title: 'Stationary variance',
  question: 'How far from the minimum of a quadratic does noise keep SGD, with and without momentum?',
  fields,
  presets,
  views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>SGD on the quadratic ½hθ² with Gaussian noise in its gradient, with and without momentum. It never comes to rest: its
variance settles at a value that grows with the step size. The dashed curves are exact, not fits.</p>`,
    why: `<p>A step shrinks θ by 1 − ηh and adds noise of variance η²σ². The two balance at a variance of ησ²/(h(2 − ηh)), for any stable
step size. Momentum β adds up the noise of past steps as well, which for small steps multiplies the variance by 1/(1 − β).</p>`,
    limits: `<p>The noise is Gaussian and the same everywhere; that of a network depends on where the weights are. Averaging begins when
at most 1/10,000 of the stationary variance is still missing, and steps go up to 0.95 of the largest stable one.</p>`,
  },
});
