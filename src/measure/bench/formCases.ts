/** What small models gain by many steps in one dispatch, and how long it takes from nothing to the first step. */
import { spreadOf } from '../../core/spread';
import { mlp } from '../../models/index';
import { crossEntropy } from '../../ops/losses';
import { adamw } from '../../optim/index';
import { openGpu } from '../../runtime/gpu';
import { Trainer, type TrainerOptions } from '../../runtime/trainer';
import { onGpu, planWork, WrongResult, type Bench, type BenchCase, type Measured } from './bench';
import { checkStep, classifier, IMAGE, labels, mlpFlops, normals, seedsOf, steps } from './trainingCases';

/** Examples, and those of a step. */
const [N, BATCH] = [256, 32];
const WIDTHS = [2, 16, 16, 2];
const tiny = (R: number): TrainerOptions => ({
  model: mlp({ widths: WIDTHS }),
  loss: crossEntropy,
  optimiser: adamw({ lr: 0.01 }),
  seeds: seedsOf(R),
  batch: BATCH,
  data: { x: normals(2 * N), y: labels(N, 2), n: N, target: [] },
});
const REPEATS = 9;
/** Replicas whose every dispatch is held against the oracle; the persistent form is held against all of the ordinary one's bits. */
const CHECKED = 3;

const measureForms = async (bench: Bench, R: number): Promise<readonly Measured[]> => {
  using trainer = await Trainer.open(bench.gpu, tiny(R));
  using smaller = await Trainer.open(bench.gpu, tiny(Math.min(R, CHECKED)));
  const session = onGpu(trainer.session);
  const checked = await checkStep(bench, smaller, ` of a step of ${Math.min(R, CHECKED)}`);
  await steps(trainer)(1);
  const found = await session.compareForms('step', REPEATS);
  if (!found) throw new Error('this step has no persistent form');
  const wrong = found.filter((f) => !f.same);
  if (wrong.length > 0)
    throw new WrongResult(
      checked,
      wrong.map((f) => `${f.form} gives other bits than dispatch by dispatch`),
    );
  const planned = session.plans['step']!;
  const { flops, bytes } = planWork(planned);
  return found.map(({ form, ms }, i) => ({
    suffix: form.replace(' ', '-'),
    what: i === 0 ? `${planned.dispatches.length} dispatches a step` : `${form} invocations a workgroup`,
    per: 'step',
    method: 'clock',
    flops,
    bytes,
    checked: i === 0 ? checked : 'every bit of the state against dispatch by dispatch',
    time: spreadOf(ms.map((t) => t / 1000)),
    note: '16 steps to a submission, waited for',
  }));
};

/** Devices that are opened: each compiles anew. */
const OPENED = 3;
const measureWarmUp = async (bench: Bench): Promise<readonly Measured[]> => {
  const seconds: number[] = [];
  let checked = '';
  for (let i = 0; i < OPENED; i++) {
    bench.signal?.throwIfAborted();
    const began = performance.now();
    using gpu = await openGpu();
    using trainer = await Trainer.open(gpu, classifier(IMAGE, 256)([0]));
    await steps(trainer)(1);
    seconds.push((performance.now() - began) / 1000);
    if (i === 0) checked = await checkStep({ ...bench, gpu }, trainer, ' of a step');
  }
  return [
    {
      per: 'start',
      method: 'clock',
      checked,
      time: spreadOf(seconds),
      note: 'a new device, planning, compiling, uploading, initialising, one step',
    },
  ];
};

export const formCases = (): readonly BenchCase[] => [
  ...[1, 64, 1024].map((R): BenchCase => ({
    id: `persistent/mlp-2-16-16-2/r${R}`,
    group: 'Many steps in one dispatch',
    label: `MLP 2-16-16-2, batch ${BATCH}, AdamW, R = ${R}`,
    set: 'full',
    work: 16 * R * mlpFlops(WIDTHS, BATCH),
    measure: (bench) => measureForms(bench, R),
  })),
  {
    id: 'start/mlp-64-256-256-10',
    group: 'Host',
    label: 'from nothing to the first step, MLP 64-256-256-10, batch 256',
    set: 'quick',
    work: 0,
    measure: measureWarmUp,
  },
];
