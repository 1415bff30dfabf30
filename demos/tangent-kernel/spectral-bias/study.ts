/** Gradient descent on sums of cosines on the circle, where the tangent kernel's eigenfunctions are known. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { ascending } from '../settings';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';
import { theory } from './theory';

const views = ({ frequencies }: Config): readonly View[] => [
  {
    kind: 'line',
    chart: 'time',
    title: 'Time to learn a frequency',
    x: 'frequency k',
    y: 'steps to 1/e',
    logY: true,
    series: { measured: 'measured' },
  },
  {
    kind: 'line',
    chart: 'residual',
    title: 'What is left of each frequency',
    x: 'step',
    y: 'share of its amplitude',
    logX: true,
    series: Object.fromEntries(ascending(frequencies).map((k) => [`k${k}`, `k = ${k}`])),
  },
];

export default defineStudy({
  id: 'spectral-bias',
  title: 'Spectral bias',
  question: 'Which frequencies does a wide network learn first, and which never?',
  fields,
  presets,
  views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>A wide ReLU network with one hidden layer and no biases learns a sum of cosines on the circle by gradient descent. The
first chart shows how many steps each frequency k takes to fall to 1/e, the second what is left of each over time. Dashed is what the
tangent kernel of infinite width says, which is not fitted. Low frequencies come first; odd ones from 3 on are not learned at all.</p>`,
    why: `<p>On the circle the tangent kernel Θ of ReLUs has cosines as eigenfunctions, and gradient descent with step size η leaves a
share of (1 − ηλₖ)<sup>t</sup> of frequency k after t steps, λₖ being its eigenvalue. It falls as k grows. Without biases λₖ is exactly 0
for odd k ≥ 3.</p>`,
    limits: `<p>The target is small, so that Θ stands still: at amplitude 1 the times are no longer the kernel’s. A finite width leaves
its mark too, for which a tenth of each time is allowed. Slopes are judged to ±0.1.</p>`,
  },
});
