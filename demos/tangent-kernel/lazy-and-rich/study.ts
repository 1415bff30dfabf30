/** How far training moves the tangent kernel, over the output scale and over widths. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets } from './fields';
import { theory } from './theory';
import { views } from './views';

export default defineStudy({
  id: 'lazy-and-rich',
  title: 'Lazy and rich training',
  question: 'When does training move the tangent kernel, and where to?',
  fields,
  presets,
  views,
  theory,
  markers: () => [{ chart: 'by-alpha', x: 1, label: 'α = 1' }],
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Networks α(f − f₀) are trained with their loss divided by α², and their tangent kernel Θ is measured as they are. The
larger α, the less Θ and the weights move; at α = 1 the wider the network, the less Θ does. At small α the kernel turns towards the
labels: see its alignment, its heatmap and its spectrum before and after.</p>`,
    why: `<p>Large α reaches the targets by tiny moves of the weights, of order 1/α, so that Θ stands still and training is regression
with it: lazy. Small α has to move, and what the network then learns are features, which show as parts of Θ that resemble the labels:
rich.</p>`,
    limits: `<p>The networks have erf: where ReLUs switch Θ jumps, and its change falls more slowly than 1/α. Kernels are measured in
float32. Slopes are judged to ±0.1, as the next order bends them at scales that fit here. Guides of slope −1 and −½ are drawn at an
arbitrary height. All seeds see the same examples, so that intervals say nothing of other data.</p>`,
  },
});
