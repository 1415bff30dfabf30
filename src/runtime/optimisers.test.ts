/** Optimisers and schedules as they run: against their textbook formulas in float64, within error bounds carried from step to step. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamUpdate } from '../../shaders/adam';
import { evalProgram, namedProgram, type Measured } from '../../shaders/program';
import { scheduleRef } from '../../shaders/schedule.ref';
import { sgdUpdate } from '../../shaders/sgd';
import { SCHED, updateProgram } from '../../shaders/update';
import { stream, USE } from '../core/random';
import type { Tensor } from '../graph/tensor';
import { broadcastTo } from '../ops/sum';
import { constant, variable } from '../ops/leaf';
import { HYPER, type Extras, type ScheduleKind } from '../ops/optimiser';
import { addInt, mul, sub } from '../ops/pointwise';
import { adam, adamw, sgd, type Optimiser, type Schedule } from '../optim/index';
import { plan } from '../plan/index';
import type { Executor, Session } from './executor';
import { openGpu, type GpuExecutor } from './gpu';
import { openReference } from './reference';

const N = 64;
const T = 20;
const LR = [0.05, 0.2];
const R = LR.length;

/** A quadratic ½Σhᵢ(θᵢ − cᵢ)² per element. Every eighth is flat, h = 0: its gradient is exactly 0. */
const { uniform } = stream(5, USE.data);
const values = (from: number, draw: (u: number, i: number) => number): Float32Array =>
  Float32Array.from({ length: N }, (_, i) => draw(uniform(from + i), i));
const DATA = {
  theta: values(0, (u) => 2 * u - 1),
  c: values(100, (u) => 2 * u - 1),
  h: values(200, (u, i) => (i % 8 === 0 ? 0 : 0.5 + u)),
  lrScale: values(0, (_, i) => (i % 4 === 0 ? 1 : 0.5)),
  decayScale: values(0, (_, i) => (i % 8 === 0 ? 0 : 1)),
  mask: values(0, (_, i) => (i % 5 === 3 ? 0 : 1)),
};
type Kind = 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw';
interface Setup {
  readonly kind: Kind;
  readonly optimiser: Optimiser;
  readonly extras: boolean;
}
const cosine: Schedule = { kind: 'cosine', warmup: 3, total: 15, final: 0.25 };
const DECAY = 0.1;
const MOMENTUM = 0.8;
const make = (kind: Kind, schedule?: Schedule): Optimiser => {
  const common = { lr: LR, weightDecay: DECAY, ...(schedule ? { schedule } : {}) };
  switch (kind) {
    case 'sgd':
      return sgd(common);
    case 'momentum':
      return sgd({ ...common, momentum: MOMENTUM });
    case 'nesterov':
      return sgd({ ...common, momentum: MOMENTUM, nesterov: true });
    case 'adam':
      return adam({ ...common, beta2: ADAPTIVE.beta2 });
    case 'adamw':
      return adamw({ ...common, beta2: ADAPTIVE.beta2 });
  }
};
const ADAPTIVE = { beta1: 0.9, beta2: 0.95, eps: 1e-8 };
const HEAVY = { beta1: MOMENTUM, beta2: 0, eps: 0 };
/** What `make` gives each kind. */
const USUAL = { sgd: HEAVY, momentum: HEAVY, nesterov: HEAVY, adam: ADAPTIVE, adamw: ADAPTIVE } as const;
const KINDS: readonly Kind[] = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw'];

/** What the formulas know of one replica. */
interface Scalars {
  readonly lr: readonly number[];
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}
/** One element over T steps by the formulas as PyTorch's documentation states them. */
const textbook = (kind: Kind, i: number, s: Scalars, extras: boolean): number => {
  let [p, v, m] = [DATA.theta[i]!, 0, 0];
  const [lrScale, decay, mask] = extras
    ? [DATA.lrScale[i]!, Math.fround(DECAY) * DATA.decayScale[i]!, DATA.mask[i]!]
    : [1, Math.fround(DECAY), 1];
  s.lr.forEach((rate, k) => {
    const lr = rate * lrScale;
    const gradient = DATA.h[i]! * (p - DATA.c[i]!);
    if (kind === 'adam' || kind === 'adamw') {
      const g = kind === 'adam' ? gradient + decay * p : gradient;
      if (kind === 'adamw') p -= lr * decay * p;
      m = s.beta1 * m + (1 - s.beta1) * g;
      v = s.beta2 * v + (1 - s.beta2) * g * g;
      p -= (lr * (m / (1 - s.beta1 ** (k + 1)))) / (Math.sqrt(v / (1 - s.beta2 ** (k + 1))) + s.eps);
    } else {
      const g = gradient + decay * p;
      v = kind === 'sgd' ? g : s.beta1 * v + g;
      p -= lr * (kind === 'nesterov' ? g + s.beta1 * v : v);
    }
    [p, v, m] = [p * mask, v * mask, m * mask];
  });
  return p;
};

const GRADIENT = namedProgram(
  ['theta', 'c', 'h'],
  [
    ['d', 'sub', 'theta', 'c'],
    ['g', 'mul', 'h', 'd'],
  ],
  ['g'],
);
const exact = (value: number): Measured => ({ value, bound: 0 });
const updateOf = (
  kind: Kind,
  groups: boolean,
): { readonly state: readonly string[]; readonly program: ReturnType<typeof updateProgram> } => {
  const adaptive = kind === 'adam' || kind === 'adamw';
  const flags = { groups, mask: groups, count: false };
  const update = adaptive
    ? adamUpdate({ decoupled: kind === 'adamw', ...flags })
    : sgdUpdate({ momentum: kind !== 'sgd', nesterov: kind === 'nesterov', ...flags });
  return { state: update.state, program: updateProgram(update, flags) };
};
/** The error that f32 may have made in one element after T steps: a running error analysis of what the kernels compute. */
const errorBound = (kind: Kind, i: number, scheds: readonly (readonly Measured[])[], extras: boolean): number => {
  const { state, program } = updateOf(kind, extras);
  let now: readonly Measured[] = state.map((_, k) => exact(k === 0 ? DATA.theta[i]! : 0));
  for (const sched of scheds) {
    const g = evalProgram(GRADIENT, [now[0]!, exact(DATA.c[i]!), exact(DATA.h[i]!)])[0]!;
    const scales = extras ? [exact(DATA.lrScale[i]!), exact(DATA.decayScale[i]!), exact(DATA.mask[i]!)] : [];
    now = evalProgram(program, [...now, g, ...scales, ...sched.slice(0, SCHED.length)]);
  }
  return now[0]!.bound;
};

const shared = (name: string): Tensor => variable(name, [N], { perReplica: false });
const open = async (executor: Executor, { optimiser, extras }: Setup): Promise<Session> => {
  const [theta, c, h] = ['theta', 'c', 'h'].map((name) => variable(name, [N], { perReplica: name === 'theta' }));
  const step = variable('step', [], { dtype: 'u32', perReplica: false });
  const more: Extras = extras ? { lrScale: shared('lrScale'), decayScale: shared('decayScale'), mask: shared('mask') } : {};
  const updates = [...optimiser.update(theta!, mul(h!, sub(theta!, c!)), step, more), [step, addInt(step, constant(1, 'u32'))] as const];
  const session = await executor.open({ step: plan({ name: 'step', replicas: R, updates, maxBindings: executor.maxBindings }) });
  for (const [name, data] of Object.entries(DATA)) if (name in session.plans['step']!.variables) session.write(name, data);
  session.write('hyper', optimiser.hyper(R));
  return session;
};
const train = async (session: Session, steps: number): Promise<void> => {
  for await (const _ of session.train({ step: 'step', steps }));
};
const kindOf = (s?: Schedule): ScheduleKind => s?.kind ?? 'constant';

/** Scalars of every step of replica r, with their errors, and as the formulas want them. */
const schedules = (
  o: Optimiser,
  r: number,
  schedule?: Schedule,
): { readonly scheds: readonly (readonly Measured[])[]; readonly scalars: Scalars } => {
  const hyper = Float64Array.from(o.hyper(R).subarray(r * HYPER.length, (r + 1) * HYPER.length));
  const scheds = Array.from({ length: T }, (_, k) => {
    const { value, bound } = scheduleRef.eval([Float64Array.of(k), hyper, new Float64Array(8)], {}, { kind: kindOf(schedule) })[0]!;
    return Array.from(value, (v, j): Measured => ({ value: v, bound: bound[j]! }));
  });
  return { scheds, scalars: { lr: scheds.map((s) => s[0]!.value), beta1: hyper[1]!, beta2: hyper[2]!, eps: hyper[3]! } };
};

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

describe('twenty steps on a quadratic', () => {
  const setups = KINDS.flatMap(
    (kind) =>
      [
        [kind, false, undefined],
        [kind, true, cosine],
      ] as const,
  );
  it.each(setups)('%s, with groups and mask: %s', async (kind, extras, schedule) => {
    const optimiser = make(kind, schedule);
    using session = await open(gpu, { kind, optimiser, extras });
    await train(session, T);
    const { data } = await session.read('theta');
    const toldApart = new Set<Kind>();
    for (let r = 0; r < R; r++) {
      const { scheds, scalars } = schedules(optimiser, r, schedule);
      for (let i = 0; i < N; i++) {
        const bound = errorBound(kind, i, scheds, extras);
        const got = data[r * N + i]!;
        expect(Math.abs(got - textbook(kind, i, scalars, extras)), `element ${i} of replica ${r}: ${got}`).toBeLessThanOrEqual(bound);
        for (const other of KINDS)
          if (Math.abs(got - textbook(other, i, { lr: scalars.lr, ...USUAL[other] }, extras)) > bound) toldApart.add(other);
      }
    }
    // The bounds are tight enough to tell each optimiser from all others.
    expect([...toldApart].toSorted()).toEqual(KINDS.filter((k) => k !== kind).toSorted());
  });
  it.each(KINDS)('%s leaves masked elements at 0, and flat undecayed ones at their start, bit for bit', async (kind) => {
    using session = await open(gpu, { kind, optimiser: make(kind), extras: true });
    await train(session, T);
    for (const name of ['theta', ...make(kind).state]) {
      const { data } = await session.read(name);
      expect(
        Array.from(data).filter((v, at) => DATA.mask[at % N] === 0 && v !== 0),
        name,
      ).toEqual([]);
    }
    const { data } = await session.read('theta');
    const flat = Array.from({ length: N }, (_, i) => i).filter((i) => DATA.h[i] === 0 && DATA.mask[i] === 1);
    expect(flat.length).toBeGreaterThan(0);
    for (const i of flat) expect([data[i], data[N + i]]).toEqual([DATA.theta[i], DATA.theta[i]]);
  });
  it('runs on the reference by the same formulas', async () => {
    for (const kind of KINDS) {
      const optimiser = make(kind);
      using session = await open(openReference(), { kind, optimiser, extras: false });
      await train(session, T);
      const { data } = await session.read('theta');
      const { scheds, scalars } = schedules(optimiser, 1);
      for (let i = 0; i < N; i++)
        expect(Math.abs(data[N + i]! - textbook(kind, i, scalars, false))).toBeLessThanOrEqual(errorBound(kind, i, scheds, false));
    }
  });
});

/** Rates of steps 0…n−1 of every replica: what a step of sgd takes from 0 where the gradient is 1. */
const rates = async (schedule: Schedule, n: number): Promise<readonly (readonly number[])[]> => {
  const optimiser = sgd({ lr: LR, schedule });
  const [zero, step] = [variable('zero', [N]), variable('step', [], { dtype: 'u32', perReplica: false })];
  const [[, next]] = optimiser.update(zero, broadcastTo(constant(1), [N]), step, {}) as readonly (readonly [Tensor, Tensor])[] as readonly [
    readonly [Tensor, Tensor],
  ];
  using session = await gpu.open({
    step: plan({ name: 'step', replicas: R, outputs: { next }, updates: [[step, addInt(step, constant(1, 'u32'))]] }),
  });
  session.write('hyper', optimiser.hyper(R));
  const out: number[][] = [];
  for (let k = 0; k < n; k++) {
    const { next: got } = await session.run('step');
    out.push(LR.map((_, r) => -got!.data[r * N]!));
  }
  return out;
};
/** The documented fraction of lr at step k. */
const fraction = (s: Schedule, k: number): number => {
  const { kind, warmup = 0, total = 1, final = 0, every = 1, gamma = 1 } = s;
  const warm = warmup > 0 ? Math.min(1, (s.warmupFromZero ? k : k + 1) / warmup) : 1;
  const q = Math.min(1, Math.max(0, k - warmup) / (total - warmup));
  if (kind === 'constant') return warm;
  if (kind === 'step') return warm * gamma ** Math.floor(Math.max(0, s.everyFrom === 'warmup' ? k - warmup : k) / every);
  return warm * (kind === 'linear' ? 1 + (final - 1) * q : final + ((1 - final) * (1 + Math.cos(Math.PI * q))) / 2);
};

describe('schedules, step by step', () => {
  const LENGTH = 24;
  it.each<Schedule>([
    { kind: 'constant' },
    { kind: 'constant', warmup: 5 },
    { kind: 'linear', warmup: 4, total: 20 },
    { kind: 'linear', total: 10, final: 0.5 },
    { kind: 'cosine', warmup: 4, total: 20 },
    { kind: 'cosine', total: 16, final: 0.125 },
    { kind: 'step', every: 6, gamma: 0.5 },
    { kind: 'step', every: 5, gamma: 0.25, warmup: 3 },
    { kind: 'step', every: 5, gamma: 0.25, warmup: 3, everyFrom: 'warmup' },
    { kind: 'step', every: 4, gamma: 0.5, everyFrom: 'warmup' },
    { kind: 'constant', warmup: 7, warmupFromZero: true },
    { kind: 'constant', warmupFromZero: true },
    { kind: 'cosine', warmup: 4, total: 20, warmupFromZero: true },
  ])('%o', async (schedule) => {
    const got = await rates(schedule, LENGTH);
    const hyper = sgd({ lr: LR, schedule }).hyper(R);
    got.forEach((row, k) =>
      row.forEach((rate, r) => {
        const own = Float64Array.from(hyper.subarray(r * HYPER.length, (r + 1) * HYPER.length));
        const { bound } = scheduleRef.eval([Float64Array.of(k), own, new Float64Array(8)], {}, { kind: schedule.kind })[0]!;
        expect(Math.abs(rate - own[0]! * fraction(schedule, k)), `step ${k}, replica ${r}`).toBeLessThanOrEqual(bound[0]!);
      }),
    );
  });
  it('cosine and linear end at exactly 0 and stay there', async () => {
    for (const kind of ['cosine', 'linear'] as const) {
      const got = await rates({ kind, total: 4 }, 7);
      expect(got.slice(4).flat().map(Math.abs)).toEqual([...LR, ...LR, ...LR].map(() => 0));
    }
  });
  it('a warm-up from zero takes no first step', async () => {
    expect((await rates({ kind: 'constant', warmup: 10, warmupFromZero: true }, 2))[0]!.map(Math.abs)).toEqual(LR.map(() => 0));
  });
  it('a constant rate without warmup is lr itself', async () => {
    expect(await rates({ kind: 'constant' }, 3)).toEqual(Array.from({ length: 3 }, () => LR.map(Math.fround)));
  });
});
