/**
 * This engine beside others: an object by which a benchmark of browser libraries runs it, on the public API alone. It imports nothing of the
 * benchmark, which checks every result against a float64 reference of its own.
 */
import {
  adamw,
  crossEntropy,
  layersOfMean,
  mlp,
  openGpu,
  ops,
  plan,
  sgd,
  squaredExampleNorms,
  Trainer,
  unpack,
  type GpuExecutor,
  type Model,
  type Plan,
  type Session,
  type Tensor,
} from '../../src/index';

/** Layers' widths, examples, and for training the optimiser: mean cross-entropy of a ReLU network, on all examples at each step. */
interface Spec {
  readonly dims: readonly number[];
  readonly batch: number;
  readonly opt?: 'sgd' | 'adamw';
  readonly lr?: number;
  readonly b1?: number;
  readonly b2?: number;
  readonly eps?: number;
  readonly wd?: number;
}
/** W0, b0, W1, b1, …, W [in, out] row-major. */
type Params = readonly { readonly data: Float32Array }[];
interface Data {
  readonly x: Float32Array;
  readonly labels: Int32Array;
}

/** Something that can be enqueued many times. */
interface Work {
  run(): void;
  /** Resolves when all that was enqueued is done. */ sync(): Promise<void>;
  read(): Promise<ArrayLike<number>>;
  dispose(): void;
}
interface Training {
  step(): void;
  sync(): Promise<void>;
  /** Of the last step, before its update. */ loss(): Promise<number>;
  dispose(): void;
}

let gpu: GpuExecutor;

const named = (params: Params): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(params.map(({ data }, i) => [`${i % 2 === 0 ? 'W' : 'b'}${Math.floor(i / 2) + 1}`, data]));
const flat = (model: Model, params: Params): Float32Array => {
  const values = named(params);
  const theta = new Float32Array(model.layout.total);
  for (const p of model.layout.parameters) theta.set(values[p.name]!, p.offset);
  return theta;
};

/** Runs that are asked for one by one and submitted together. Where nothing waits, `sync` waits for the variants that compile in the background. */
const queued = (session: Session, submit: (count: number) => Promise<void>): { run(): void; sync(): Promise<void> } => {
  let waiting = 0;
  return {
    run: () => {
      waiting++;
    },
    sync: async () => {
      const count = waiting;
      waiting = 0;
      await (count > 0 ? submit(count) : session.improved);
    },
  };
};

/** A plan with one output as work. */
const work = async (planned: Plan, inputs: Readonly<Record<string, Float32Array | Uint32Array>>): Promise<Work> => {
  const session: Session = await gpu.open({ work: planned });
  for (const [name, data] of Object.entries(inputs)) if (name in planned.variables) session.write(name, data);
  return {
    ...queued(session, async (steps) => {
      for await (const _ of session.train({ steps, step: 'work' })) continue;
    }),
    read: async () => (await session.run('work'))['out']!.data,
    dispose: () => session.dispose(),
  };
};

/** One example's quantities of a network: `mean` is a mean over examples of what is differentiated. */
const perExample = (
  spec: Spec,
  params: Params,
  data: Data,
  mean: (output: Tensor, labels: Tensor) => Tensor,
  f: (layers: ReturnType<typeof layersOfMean>, n: number) => Tensor,
): Promise<Work> => {
  const model = mlp({ widths: spec.dims });
  const n = spec.batch;
  const views = unpack(model.layout, ops.variable('theta', [model.layout.total]));
  const value = mean(model.apply(views, ops.variable('x', [n, ...model.input])), ops.variable('y', [n], { dtype: 'u32' }));
  const planned = plan({ name: 'per example', outputs: { out: f(layersOfMean(value, views, n), n) }, maxBindings: gpu.maxBindings });
  return work(planned, { theta: flat(model, params), x: data.x, y: Uint32Array.from(data.labels) });
};

export default {
  name: 'overparam',
  kind: 'gpu',

  async init(): Promise<{ readonly adapter: string }> {
    gpu = await openGpu();
    return { adapter: gpu.name };
  },

  async matmul(M: number, K: number, N: number, A: Float32Array, B: Float32Array): Promise<Work> {
    const out = ops.matmul(ops.variable('a', [M, K]), ops.variable('b', [K, N]));
    return work(plan({ name: 'matmul', outputs: { out }, maxBindings: gpu.maxBindings }), { a: A, b: B });
  },

  async train(spec: Spec, params: Params, data: Data): Promise<Training> {
    const { lr = 1e-3, b1 = 0.9, b2 = 0.999, eps = 1e-8, wd = 0 } = spec;
    const trainer = await Trainer.open(gpu, {
      model: mlp({ widths: spec.dims }),
      loss: crossEntropy,
      optimiser: spec.opt === 'adamw' ? adamw({ lr, beta1: b1, beta2: b2, eps, weightDecay: wd }) : sgd({ lr }),
      data: { x: data.x, y: Uint32Array.from(data.labels), n: spec.batch, target: [] },
    });
    trainer.setParameters(named(params));
    let last = NaN;
    const { run, sync } = queued(trainer.session, async (steps) => {
      for await (const b of trainer.train({ steps })) last = b.data.at(-1)!;
    });
    return {
      step: run,
      sync,
      loss: async () => {
        await sync();
        return last;
      },
      dispose: () => trainer.dispose(),
    };
  },

  perExampleNorms: (spec: Spec, params: Params, data: Data): Promise<Work> =>
    perExample(spec, params, data, crossEntropy, (layers, n) => ops.sqrt(squaredExampleNorms(layers, n))),

  ntk: (spec: Spec, params: Params, data: Data): Promise<Work> =>
    perExample(
      spec,
      params,
      data,
      (output) => ops.mean(output),
      (layers, n) =>
        ops.mul(
          layers.reduce<Tensor | undefined>((total, l) => ops.gram(l, l, total), undefined)!,
          n * n,
        ),
    ),
};
