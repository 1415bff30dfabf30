/** MLPs on noisy digits, along their width and over time. */
import { defineStudy, loadedOnRun, type LineView, type View } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';
import { publishedCurve } from './published';

const views = (c: Config): readonly View[] => {
  const widths = Object.fromEntries(c.widths.map((w) => [`h${w}`, `h = ${w}`]));
  const along = {
    kind: 'line',
    x: 'hidden width h',
    logX: true,
    series: { test: 'test', train: 'training (noisy labels)' },
  } as const satisfies Partial<LineView>;
  const over = { kind: 'line', x: 'epoch', logX: true, series: widths } as const satisfies Partial<LineView>;
  return [
    { ...along, chart: 'error', title: 'Error by width', y: 'share of examples' },
    { ...along, chart: 'loss', title: 'Loss by width', y: 'cross-entropy, nats', logY: true },
    { ...over, chart: 'epochs', title: 'Test error over time', y: 'share of examples' },
    { ...over, chart: 'gradient', title: 'Gradient norm', y: 'minibatch', logY: true, place: 'diagnostic' },
    { ...over, chart: 'weights', title: 'Weight norm', y: 'all weights', logY: true, place: 'diagnostic' },
    {
      kind: 'heatmap',
      chart: 'map',
      title: 'Test error by width and time',
      x: 'hidden width h',
      y: 'epoch',
      value: 'test error',
      logX: true,
      logY: true,
    },
  ];
};

export default defineStudy({
  id: 'networks',
  title: 'Networks',
  question: 'Is a network of middling width worse on new digits than a narrower and a wider one?',
  fields,
  presets,
  views,
  theory: publishedCurve,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Networks with two hidden layers of h units are trained with SGD on digits of MNIST-1D, some of whose labels were redrawn at
random. All widths and seeds train side by side. The test loss peaks about at the width that begins to fit every noisy label, and falls
again for wider networks; given time, so does the share of wrong answers.</p>`,
    why: `<p>A narrow network cannot fit the wrong labels and ignores them. One of middling width just can, and has to bend its whole
function to do so. A wide one has many ways to fit them, and SGD finds one that disturbs the rest less. Here there is no curve of
theory, only the published runs: they are drawn where the recipe is the same.</p>`,
    limits: `<p>Training is in float32 on the GPU. Test labels are clean, training labels noisy. The published figures are single runs.
The peak of the error needs label noise and many epochs: without noise the error falls throughout, though the test loss still peaks.</p>`,
  },
});
