/** Measurements from the inside: per-example gradients and tangent kernels, on the GPU alone and as a whole call. */
import { stream, USE } from '../../core/random';
import { mlp } from '../../models/index';
import { crossEntropy } from '../../ops/losses';
import type { Plan } from '../../plan/index';
import type { Executor, HostArray, Session } from '../../runtime/executor';
import { ntk } from '../ntk';
import { perExampleGram, perExampleNorms } from '../perExample';
import { checkPlan, planWork, readyOf, timeByClock, type Bench, type BenchCase, type Measured } from './bench';
import type { SetName } from './report';

/** Passes everything on, and remembers the last plan opened and what was written to its variables. */
class Recorder implements Executor {
  plan: Plan | undefined;
  key = '';
  values: Record<string, HostArray> = {};
  constructor(private readonly inner: Executor) {}
  get name(): string {
    return this.inner.name;
  }
  get software(): boolean {
    return this.inner.software;
  }
  get maxBindings(): number {
    return this.inner.maxBindings;
  }
  async open(plans: Readonly<Record<string, Plan>>): Promise<Session> {
    [[this.key, this.plan]] = Object.entries(plans) as [[string, Plan]];
    this.values = {};
    const session = await this.inner.open(plans);
    const write: Session['write'] = (name, data) => {
      this.values[name] = data;
      session.write(name, data);
    };
    return {
      stepsDone: session.stepsDone,
      plans: session.plans,
      bytes: session.bytes,
      improved: session.improved,
      write,
      read: (name) => session.read(name),
      run: (name) => session.run(name),
      train: (o) => session.train(o),
      checkpoint: (config) => session.checkpoint(config),
      restore: (file) => session.restore(file),
      dispose: () => session.dispose(),
      [Symbol.dispose]: () => session.dispose(),
    };
  }
  dispose(): void {
    this.inner.dispose();
  }
}

/** Each dispatch of the call's plan against its oracle; then the plan on the GPU alone, and the whole call. */
const measureCall = async (bench: Bench, call: (executor: Executor) => Promise<unknown>): Promise<readonly Measured[]> => {
  const recorder = new Recorder(bench.gpu);
  await call(recorder);
  const { key, plan: planned, values } = recorder;
  if (!planned) throw new TypeError('the call opened no plan');
  const checked = await checkPlan(bench.gpu, planned, values);
  using session = await bench.gpu.open({ [key]: planned });
  for (const [name, data] of Object.entries(values)) session.write(name, data);
  await session.improved;
  const { seconds, method } = await bench.timer.time(readyOf(session, key), bench);
  const whole = await timeByClock(
    bench,
    async (count) => {
      for (let i = 0; i < count; i++) await call(bench.gpu);
    },
    300,
  );
  return [
    {
      suffix: 'gpu',
      what: 'the GPU alone',
      time: seconds,
      method,
      per: 'run',
      checked,
      note: `${planned.dispatches.length} dispatches`,
      ...planWork(planned),
    },
    {
      suffix: 'call',
      what: 'the whole call',
      time: whole,
      method: 'clock',
      per: 'call',
      checked,
      note: 'planning, buffers, upload and read-back with it',
    },
  ];
};

const random = stream(1, USE.data);
const normals = (n: number, scale = 1): Float32Array => random.fillNormal(new Float32Array(n)).map((v) => scale * v);
/** A model with parameters, and classified examples for it. */
const subject = (widths: readonly number[], n: number) => {
  const model = mlp({ widths });
  const data = { x: normals(widths[0]! * n), y: Uint32Array.from({ length: n }, (_, i) => random.bits(i) % widths.at(-1)!), n, target: [] };
  return { model, theta: normals(model.layout.total, 0.05), data };
};
type Subject = ReturnType<typeof subject>;
const norms =
  ({ model, theta, data }: Subject) =>
  (e: Executor): Promise<unknown> =>
    perExampleNorms(e, model, theta, crossEntropy, data);
const grams =
  ({ model, theta, data }: Subject) =>
  (e: Executor): Promise<unknown> =>
    perExampleGram(e, model, theta, crossEntropy, data);
const tangent =
  ({ model, theta, data }: Subject, outputs: 'sum' | 'full') =>
  (e: Executor): Promise<unknown> =>
    ntk(e, model, theta, data, undefined, { outputs });

const [LARGE, SMALL] = [
  [64, 256, 256, 10],
  [64, 128, 10],
];
/** `call`: of an executor, once its subject has been drawn. */
interface Inside {
  readonly id: string;
  readonly label: string;
  readonly set: SetName;
  readonly call: () => (executor: Executor) => Promise<unknown>;
}
const CASES: readonly Inside[] = [
  {
    id: 'inside/norms-128',
    label: 'per-example norms, MLP 64-256-256-10, 128 examples',
    set: 'quick',
    call: () => norms(subject(LARGE, 128)),
  },
  {
    id: 'inside/gram-64',
    label: 'per-example Gram matrix, MLP 64-128-10, 64 examples',
    set: 'quick',
    call: () => grams(subject(SMALL, 64)),
  },
  {
    id: 'inside/ntk-32',
    label: 'tangent kernel summed over 10 outputs, MLP 64-128-10, 32 × 32 examples',
    set: 'quick',
    call: () => tangent(subject(SMALL, 32), 'sum'),
  },
  {
    id: 'inside/gram-256',
    label: 'per-example Gram matrix, MLP 64-256-256-10, 256 examples',
    set: 'full',
    call: () => grams(subject(LARGE, 256)),
  },
  {
    id: 'inside/ntk-64',
    label: 'tangent kernel summed over 10 outputs, MLP 64-256-256-10, 64 × 64 examples',
    set: 'full',
    call: () => tangent(subject(LARGE, 64), 'sum'),
  },
  {
    id: 'inside/ntk-32-full',
    label: 'tangent kernel of all 10 outputs, MLP 64-128-10, 32 × 32 examples',
    set: 'full',
    call: () => tangent(subject(SMALL, 32), 'full'),
  },
];

/** Their work is not known before they are planned, and small enough for a software adapter. */
export const insideCases = (): readonly BenchCase[] =>
  CASES.map(({ id, label, set, call }) => ({
    id,
    label,
    set,
    group: 'From the inside',
    work: 0,
    measure: (bench) => measureCall(bench, call()),
  }));
