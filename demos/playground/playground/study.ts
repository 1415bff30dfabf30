/** The playground: a network of the reader's choice on data of the reader's own. */
import { defineStudy, loadedOnRun, type Curve, type View } from '../../../src/lab/study';
import { claims } from './claims';
import { CURVATURE_EXAMPLES, fields, inputs, presets, type Config } from './fields';

const VIEWS: readonly View[] = [
  {
    kind: 'line',
    chart: 'loss',
    title: 'Loss',
    x: 'step',
    y: 'nats, or squared error',
    logY: true,
    series: { test: 'test', train: 'training' },
  },
  {
    kind: 'line',
    chart: 'error',
    title: 'Error: share wrong, or share of the mean’s squared error',
    x: 'step',
    y: 'share',
    series: { test: 'test', train: 'training', constant: 'best constant, test' },
  },
  {
    kind: 'line',
    chart: 'batch',
    title: 'Minibatch loss',
    x: 'step',
    y: 'loss',
    logY: true,
    place: 'diagnostic',
    series: { loss: 'minibatch' },
  },
  {
    kind: 'line',
    chart: 'gradient',
    title: 'Gradient norm',
    x: 'step',
    y: 'Euclidean norm',
    logY: true,
    place: 'diagnostic',
    series: { norm: 'minibatch gradient' },
  },
  {
    kind: 'line',
    chart: 'weights',
    title: 'Weight norm',
    x: 'step',
    y: 'Euclidean norm',
    place: 'diagnostic',
    series: { norm: 'all parameters' },
  },
  {
    kind: 'line',
    chart: 'update',
    title: 'Update ratio',
    x: 'step',
    y: '‖Δθ‖ / ‖θ‖',
    logY: true,
    place: 'diagnostic',
    series: { ratio: 'step by step' },
  },
  {
    kind: 'line',
    chart: 'sharpness',
    title: 'Sharpness',
    x: 'step',
    y: 'λmax of the Hessian',
    logY: true,
    place: 'diagnostic',
    series: { hessian: `training loss, first ${CURVATURE_EXAMPLES} examples at most` },
  },
];

/** Where gradient descent becomes unstable, for the optimisers of which that is exact on a quadratic. Source: Cohen et al. 2021. */
const edge = (c: Config): readonly Curve[] => {
  if (c.optimiser !== 'sgd' && c.optimiser !== 'momentum') return [];
  const momentum = c.optimiser === 'sgd' ? 0 : c.momentum;
  const limit = (2 * (1 + momentum)) / c.lr;
  return [
    {
      chart: 'sharpness',
      series: 'edge',
      x: [0, c.steps],
      y: [limit, limit],
      kind: 'theory',
      label: momentum === 0 ? 'edge of stability, 2/η' : 'edge of stability, 2(1 + β)/η',
    },
  ];
};

export default defineStudy({
  id: 'playground',
  title: 'Playground',
  question: 'What does a network of your choice learn from your data?',
  fields,
  inputs,
  presets,
  inspect: async (files, c) => (await import('./inspect')).inspect(files, c),
  views: () => VIEWS,
  theory: edge,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>A fully connected network, your data, and as many seeds as you like in one go. Every seed is a network of its own: it has its own initial
weights and its own order of minibatches, and all are trained side by side on the same split. The bands show how much of a curve is chance.</p>`,
    why: `<ul>
<li><strong>Files.</strong> A CSV holds one example a row, with a target column of numbers or class names. Columns of texts that repeat become one
feature for each text; columns of dates, of other texts, and those that only number the rows are left out; where a feature is missing, the mean of its
column stands in, and a row whose target is missing is refused or left out. The table beside the file says what each column is taken for, and changes it.
NPY and IDX files hold [examples, …] features, with a second file for the labels: whole numbers, or one-hot rows. An NPZ archive holds both, under the
names x and y, x_train and y_train, or data and target. Files may be compressed with gzip, as MNIST's are. Files are read in this browser and sent nowhere.</li>
<li><strong>Loss.</strong> For classes the cross-entropy in nats, for numbers the squared error; both are means over examples, the latter over
outputs too.</li>
<li><strong>Error.</strong> For classes the share of examples that are wrong. For numbers the squared error divided by that of always
answering the training set's mean, so that 1 is no better than that and 0 is perfect.</li>
<li><strong>Sharpness.</strong> The largest eigenvalue of the Hessian of the training loss, on the first 256 training examples at most, by power
iteration that goes on from one measurement to the next: a lower bound until it has found the direction. The dashed line is where gradient
descent at the learning rate set becomes unstable on a quadratic; no such line is drawn for Adam, which rescales every direction.</li>
<li><strong>While it runs</strong> the learning rate and the weight decay can be changed; a message records from which step on. With Adam the
decay is added to the gradient, with AdamW it shrinks the weights directly.</li>
<li><strong>Weights</strong> are offered as a safetensors file at the end, those of up to eight seeds: <code>W1</code>, <code>b1</code>, … as
[inputs, outputs], with the mean and deviation of the standardisation. A run can start from such a file.</li>
</ul>`,
    limits: `<p>The interval covers initial weights and batches, not the choice of test examples: one split, no cross-validation. Settings
tried until the test error is low have been fitted to the test set. Training is in float32. The mean that stands in for a missing
value is that of all rows, test examples included. Rows of different lengths, and texts among the numbers of a column, are refused, not guessed at. Per-step series are thinned to 400 points.</p>`,
  },
});
