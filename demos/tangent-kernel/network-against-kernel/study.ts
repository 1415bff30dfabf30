/** One task for a network, its linearisation and its kernel, along the number of examples. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { ascending } from '../settings';
import { claims } from './claims';
import { fields, presets } from './fields';
import { views } from './views';

export default defineStudy({
  id: 'network-against-kernel',
  title: 'Network against kernel',
  question: 'From the same examples, does a network learn more than its tangent kernel can?',
  fields,
  presets,
  views,
  theory: ({ counts }) => {
    const ns = ascending(counts);
    return [{ chart: 'error', series: 'chance', x: [ns[0]!, ns.at(-1)!], y: [0.5, 0.5], kind: 'theory', label: 'chance' }];
  },
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Five learners get the same examples: a network trained richly, the same network trained lazily, its linearisation at the
start, the closed form of that linearisation, and regression with the kernel of an infinitely wide network. The task is sparse parity,
whose label is the product of a few bits out of many. There the rich network is ahead. On MNIST-1D with few examples the kernel holds its
own.</p>`,
    why: `<p>To first order, a network near its start is linear in its weights. Training it is then regression with one fixed function
of two inputs, the <em>neural tangent kernel</em> Θ(x, x′) = ⟨∂f(x)/∂θ, ∂f(x′)/∂θ⟩. As the width grows, Θ at the start becomes a fixed,
known function, and training stops moving it. So wide networks would be kernel machines, and what those cannot learn from few examples,
networks could not either. They can: where Θ moves, a network learns features, and on targets that need them it is ahead. On sparse parity
a kernel must treat all bits alike and needs of the order of d<sup>k</sup> examples; the rich network finds the bits.</p>
<p>The network trained is α(f − f₀), with its loss divided by α². Large α makes training lazy, small α rich.</p>`,
    limits: `<p>The linearised network has the kernel of its own width and stops at the same step, so it lies above the kernel of infinite
width, which is fitted to the end. The rich network has no early stopping and no tuning; its α is a setting. The kernel of the linearised
network is measured in float32; the kernel of infinite width and all regression are computed in float64.</p>`,
  },
});
