/** The tangent kernel of networks at the start against that of the infinitely wide one. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { theory } from './theory';

const ACTIVATIONS = { relu: 'ReLU', erf: 'erf' };
const views = (): readonly View[] => [
  {
    kind: 'line',
    chart: 'distance',
    title: 'Distance to the kernel of infinite width',
    x: 'width',
    y: '‖Θ̂ − Θ‖/‖Θ‖',
    logX: true,
    logY: true,
    series: ACTIVATIONS,
  },
  {
    kind: 'line',
    chart: 'constant',
    title: 'Width × squared distance',
    x: 'width',
    y: 'n·‖Θ̂ − Θ‖²/‖Θ‖²',
    logX: true,
    series: ACTIVATIONS,
  },
];

export default defineStudy({
  id: 'infinite-width',
  title: 'Infinite width',
  question: 'How wide must a network be for its tangent kernel to be that of an infinitely wide one?',
  fields,
  presets,
  views,
  theory,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>The relative distance ‖Θ̂ − Θ‖/‖Θ‖ of the tangent kernel of a network at its start from that of the infinitely wide
network, over widths, for ReLU and erf. It falls as one over the root of the width. Both kernels are exact up to rounding: Θ̂ comes from
small Gram matrices, layer by layer, without ever storing a Jacobian, Θ from its recursion. With one hidden layer of ReLUs the mean
squared distance has a closed form, which the dashed line draws.</p>`,
    why: `<p>Θ̂ is a sum over neurons whose weights are drawn independently. As the width grows it nears its expectation, which is a
fixed, known function, and what is left falls like the error of any mean: as one over the root of the number of terms.</p>`,
    limits: `<p>Kernels of networks are measured in float32, that of the infinite network is computed in float64. The constants over width
depend on the inputs: the lines drawn at two hidden layers were measured for others. Slopes are judged to ±0.1, as the next order bends
them at widths that fit here.</p>`,
  },
});
