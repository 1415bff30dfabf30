/** Whole training steps, many replicas at once, what the noise estimate adds, and what the host pays for a dispatch. */
import { spreadOf, type Spread } from '../../core/spread';
import { stream } from '../../core/random';
import { mlp, modularAdditionTransformer, transformer, type Model } from '../../models/index';
import { crossEntropy, meanSquaredError } from '../../ops/losses';
import { adamw, sgd } from '../../optim/index';
import { calibrate, samplesFor } from '../../runtime/bench/pairs';
import type { Plan } from '../../plan/plan';
import type { Values } from '../../runtime/stepwise';
import { Trainer, type TrainerOptions } from '../../runtime/trainer';
import type { HostArray } from '../../runtime/executor';
import { checkPlan, onGpu, planWork, readyOf, timeByClock, type Bench, type BenchCase, type Measured } from './bench';
import type { SetName } from './report';

interface Training {
  readonly id: string;
  readonly label: string;
  readonly set: SetName;
  /** Replica counts, each a case. */
  readonly replicas: readonly number[];
  /** About, for one replica: what a software adapter leaves out by. */
  readonly flops: number;
  readonly options: (seeds: readonly number[]) => TrainerOptions;
  /** The same model and optimiser on less data, where the oracles would take too long on all of it. */
  readonly check?: (seeds: readonly number[]) => TrainerOptions;
}

const random = stream(1, 3);
export const normals = (n: number): Float32Array => random.fillNormal(new Float32Array(n));
export const labels = (n: number, classes: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => random.bits(i) % classes);
/** Forward and backward products of an MLP: six operations for each weight and example. */
export const mlpFlops = (widths: readonly number[], n: number): number =>
  widths.slice(1).reduce((sum, w, i) => sum + 6 * n * w * widths[i]!, 0);
export const classifier =
  (widths: readonly number[], n: number) =>
  (seeds: readonly number[]): TrainerOptions => ({
    model: mlp({ widths }),
    loss: crossEntropy,
    optimiser: sgd({ lr: 0.01 }),
    seeds,
    data: { x: normals(n * widths[0]!), y: labels(n, widths.at(-1)!), n, target: [] },
  });
const modular = (seeds: readonly number[]): TrainerOptions => ({
  model: mlp({ widths: [62, 256, 31] }),
  loss: meanSquaredError,
  optimiser: adamw({ lr: 0.001 }),
  seeds,
  data: { x: normals(480 * 62), y: normals(480 * 31), n: 480, target: [31] },
});

/** The published full batch of modular addition: 30 % of the table of p² sums. */
const transformerOf =
  (p: number, examples = Math.round(0.3 * p * p)) =>
  (seeds: readonly number[]): TrainerOptions => ({
    model: transformer(modularAdditionTransformer(p)),
    loss: crossEntropy,
    seeds,
    optimiser: adamw({ lr: 1e-3, beta1: 0.9, beta2: 0.98, weightDecay: 1 }),
    data: {
      x: Uint32Array.from({ length: 3 * examples }, (_, i) => (i % 3 === 2 ? p : random.bits(i) % p)),
      y: labels(examples, p),
      n: examples,
      target: [],
    },
  });
/** Weights of embedding, attention, MLP and read-out, six operations for each and position, the MLP and read-out at the last position only. */
const transformerFlops = (p: number): number => 6 * 0.3 * p * p * (3 * 3 * 128 * 128 + 128 * 128 + 2 * 128 * 512 + 128 * p);

export const IMAGE = [64, 256, 256, 10];
const SMALL = [16, 32, 32, 2];
/** A model of any kind is one entry. */
const TRAININGS: readonly Training[] = [
  {
    id: 'mlp-64-256-256-10',
    label: 'MLP 64-256-256-10, batch 256, SGD',
    set: 'quick',
    replicas: [1],
    flops: mlpFlops(IMAGE, 256),
    options: classifier(IMAGE, 256),
  },
  {
    id: 'modular-62-256-31',
    label: 'modular MLP 62-256-31, batch 480, AdamW',
    set: 'quick',
    replicas: [1],
    flops: mlpFlops([62, 256, 31], 480),
    options: modular,
  },
  {
    id: 'mlp-16-32-32-2',
    label: 'MLP 16-32-32-2, batch 64, SGD',
    set: 'quick',
    replicas: [1, 8, 64],
    flops: mlpFlops(SMALL, 64),
    options: classifier(SMALL, 64),
  },
  {
    id: 'modular-62-256-31',
    label: 'modular MLP 62-256-31, batch 480, AdamW',
    set: 'full',
    replicas: [8, 64],
    flops: mlpFlops([62, 256, 31], 480),
    options: modular,
  },
  ...[53, 113].map((p): Training => ({
    id: `transformer-${p}`,
    label: `one-block transformer, p = ${p}, batch ${Math.round(0.3 * p * p)}, AdamW`,
    set: 'full',
    replicas: [1],
    flops: transformerFlops(p),
    options: transformerOf(p),
    check: transformerOf(p, 16),
  })),
];

export const seedsOf = (R: number): readonly number[] => Array.from({ length: R }, (_, r) => r);
export const steps =
  (trainer: Trainer) =>
  async (count: number): Promise<void> => {
    for await (const _ of trainer.train({ steps: count })) continue;
  };
const perSecond = (time: Spread, each: number): string => Number((each / time.median).toPrecision(3)).toLocaleString('en-GB');

/** The step as it is timed: the variants that compile in the background are in place. */
const running = async (trainer: Trainer): Promise<Plan> => {
  const session = onGpu(trainer.session);
  await session.improved;
  return session.running('step');
};
/** Every dispatch of the trainer's step against its oracle, on the state it is in. */
export const checkStep = async ({ gpu }: Bench, trainer: Trainer, say: string): Promise<string> => {
  const planned = await running(trainer);
  const values: Record<string, HostArray> = {};
  for (const name of Object.keys(planned.variables)) values[name] = (await trainer.session.read(name)).data;
  return checkPlan(gpu, planned, values satisfies Values, say);
};

/** Replicas of a check: the first, the last and one between, all with strides that are not 0. */
const CHECKED = 3;
/** Of many replicas a few, and of much data less, take the same way through the kernels. */
const checkTraining = async (bench: Bench, t: Training, R: number, trainer: Trainer): Promise<string> => {
  if (!t.check && R <= CHECKED) return checkStep(bench, trainer, ' of a step');
  using smaller = await Trainer.open(bench.gpu, (t.check ?? t.options)(seedsOf(Math.min(R, CHECKED))));
  return await checkStep(bench, smaller, ` of a step${t.check ? ' on less data' : ''}${R > CHECKED ? ` of ${CHECKED} replicas` : ''}`);
};

const measureTraining = async (bench: Bench, t: Training, R: number): Promise<readonly Measured[]> => {
  using trainer = await Trainer.open(bench.gpu, t.options(seedsOf(R)));
  const checked = await checkTraining(bench, t, R, trainer);
  const planned = trainer.session.plans['step']!;
  const work = planWork(planned);
  const time = await timeByClock(bench, steps(trainer));
  const alone = await bench.timer.time(readyOf(trainer.session, 'step'), bench);
  const rate = `${perSecond(time, 1)} steps/s${R > 1 ? `, ${perSecond(time, R)} replica-steps/s` : ''}; ${planned.dispatches.length} dispatches`;
  return [
    { time, per: 'step', method: 'clock', checked, note: rate, ...work },
    {
      suffix: 'gpu',
      what: 'the GPU alone',
      time: alone.seconds,
      per: 'step',
      method: alone.method,
      checked,
      note: 'the same dispatches replayed, without trainer and read-back',
      ...work,
    },
  ];
};

const trainingCase =
  (t: Training) =>
  (R: number): BenchCase => ({
    id: `train/${t.id}${R > 1 ? `/r${R}` : ''}`,
    group: t.replicas.length > 1 ? 'Replicas side by side' : 'Training steps',
    label: `${t.label}${t.replicas.length > 1 ? `, R = ${R}` : ''}`,
    set: t.set,
    work: R * t.flops,
    measure: (bench) => measureTraining(bench, t, R),
  });

/** Milliseconds for so many steps. */
const timed =
  (trainer: Trainer) =>
  async (count: number): Promise<number> => {
    const began = performance.now();
    await steps(trainer)(count);
    return performance.now() - began;
  };
/** Turns, however long they last: their ratio scatters more than either time. */
const LEAST_TURNS = 5;
/** Some steps of each of two trainers in turns, so that whatever slows the machine slows both. */
const measureNoise = async (bench: Bench): Promise<readonly Measured[]> => {
  const open = (metrics: TrainerOptions['metrics'] & object): Promise<Trainer> =>
    Trainer.open(bench.gpu, { ...classifier(IMAGE, 256)([0]), metrics });
  using plain = await open(['loss']);
  using noisy = await open(['loss', 'gradientNorm', 'exampleNorms']);
  const checked = await checkStep(bench, noisy, ' of a step with it');
  await plain.session.improved;
  const [without, within] = [timed(plain), timed(noisy)];
  const found = await calibrate(without, Math.max(20, 50 * bench.timer.clock.pageMs), 1000);
  const count = 2 * found.count;
  await within(count);
  const times: { readonly without: number; readonly within: number }[] = [];
  for (let left = Math.max(LEAST_TURNS, samplesFor(4 * found.ms, bench.budgetMs)); left > 0; left--) {
    bench.signal?.throwIfAborted();
    times.push({ without: (await without(count)) / count / 1000, within: (await within(count)) / count / 1000 });
  }
  const ratio = spreadOf(times.map((t) => t.within / t.without));
  const row = (trainer: Trainer, key: 'without' | 'within'): Measured => ({
    per: 'step',
    method: 'clock',
    checked,
    time: spreadOf(times.map((t) => t[key])),
    ...planWork(trainer.session.plans['step']!),
    note: `${trainer.session.plans['step']!.dispatches.length} dispatches; ${count} steps at a time, the start of training with them`,
  });
  return [
    { ...row(plain, 'without'), suffix: 'without', what: 'a step without it' },
    { ...row(noisy, 'within'), suffix: 'with', what: 'with it', against: { id: 'noise/mlp-64-256-256-10/without', ratio } },
  ];
};

/** Dispatches that a submission may hold here: as many as the scheduler puts into one. */
const MOST_DISPATCHES = 20_000;
const REPLAYS = 9;
/** What JavaScript spends on a dispatch when a plan is replayed: recording and handing over, the GPU's work left out. */
const measureReplay = async (bench: Bench): Promise<readonly Measured[]> => {
  const model: Model = mlp({ widths: [4, 4, 4, 2] });
  using trainer = await Trainer.open(bench.gpu, {
    model,
    loss: crossEntropy,
    optimiser: sgd({ lr: 0.01 }),
    data: { x: normals(16), y: labels(4, 2), n: 4, target: [] },
  });
  const session = onGpu(trainer.session);
  const checked = await checkStep(bench, trainer, ' of a step');
  const work = session.ready('step');
  const run = async (count: number): Promise<number> => {
    const sequence = Array.from({ length: count }, () => work);
    const began = performance.now();
    session.scheduler.submit(sequence, []);
    const ms = performance.now() - began;
    await session.read('step'); // until it is done, so that no queue fills up
    return ms;
  };
  // As many as a submission may hold: its own cost and the steps of the clock then do not matter.
  const count = Math.floor(MOST_DISPATCHES / work.length);
  await run(count);
  const seconds: number[] = [];
  for (let left = REPLAYS; left > 0; left--) {
    bench.signal?.throwIfAborted();
    seconds.push((await run(count)) / count / work.length / 1000);
  }
  return [
    {
      per: 'dispatch',
      method: 'clock',
      checked,
      time: spreadOf(seconds),
      note: `a tiny MLP's step, ${count * work.length} dispatches in one submission`,
    },
  ];
};

export const trainingCases = (): readonly BenchCase[] => [
  ...TRAININGS.flatMap((t) => t.replicas.map(trainingCase(t))),
  {
    id: 'noise/mlp-64-256-256-10',
    group: 'Noise estimate',
    label: 'MLP 64-256-256-10, batch 256, SGD',
    set: 'quick',
    work: 2 * mlpFlops(IMAGE, 256),
    measure: measureNoise,
  },
  { id: 'replay/javascript', group: 'Host', label: 'JavaScript for a dispatch in replay', set: 'quick', work: 0, measure: measureReplay },
];
