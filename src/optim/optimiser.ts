/**
 * Optimisers: graph → graph, so that the update is part of the plan. Parameters, gradients and state are flat vectors; the hyperparameters
 * lie in one small vector per replica, so replicas may differ in them; the schedule runs on the GPU from the step counter.
 *
 * Definitions as in PyTorch: sgd v ← μv + g + wd·θ, θ ← θ − lr·v (Nesterov: lr·(g + μv)); adam with bias correction and L2 in the gradient;
 * adamw with decoupled decay θ ← θ − lr·wd·θ (Loshchilov & Hutter 2019).
 */
import { ConfigError } from '../core/errors';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/leaf';
import {
  adam as adamStep,
  HYPER,
  schedule as scheduleOp,
  sgd as sgdStep,
  type Extras,
  type HyperName,
  type ScheduleKind,
} from '../ops/optimiser';
import { requireInDomain, type PerReplica } from './domain';

export type { PerReplica } from './domain';
/**
 * The learning rate of step k = 0, 1, … is lr·w·f. Warm-up: w = min(1, (k + 1)/warmup), or k/warmup with `warmupFromZero`. constant: f = 1.
 * linear and cosine: from 1 at the end of the warm-up to `final` at step `total`. step: f = gamma^⌊k/every⌋.
 */
export interface Schedule {
  readonly kind: ScheduleKind;
  /** Steps of linear warm-up; the first has the rate lr/warmup, unless `warmupFromZero`. Default 0. */
  readonly warmup?: number;
  /** The first step has the rate 0, as where PyTorch's LambdaLR is given min(step/warmup, 1): the published grokking run. Default false. */
  readonly warmupFromZero?: boolean;
  /** Steps after which linear and cosine have ended. */
  readonly total?: number;
  /** Of lr, at the end of linear and cosine. Default 0. */
  readonly final?: number;
  /** step: every `every` steps the rate is multiplied by `gamma`. Default of gamma: 1. */
  readonly every?: number;
  readonly gamma?: number;
  /**
   * step: what `every` counts from. start: the first step, warm-up included, as PyTorch's StepLR chained with a warm-up does. warmup: the end of the
   * warm-up, as optax.join_schedules does. Default start.
   */
  readonly everyFrom?: 'start' | 'warmup';
}
interface Common {
  /** Finite, from 0. At 0 nothing moves: a trainer that only measures. */
  readonly lr: PerReplica;
  /** Finite, from 0. sgd and adam add decay·θ to the gradient (L2); adamw subtracts lr·decay·θ from θ, as PyTorch's does. */
  readonly weightDecay?: PerReplica;
  readonly schedule?: Schedule;
  /** Multipliers by parameter, finite and from 0; default 1 for both. */ readonly groups?: (
    name: string,
    bias: boolean,
  ) => { readonly lr?: number; readonly decay?: number };
}
export interface SgdOptions extends Common {
  /** μ of v ← μv + g, without dampening: in [0, 1). Default 0. */
  readonly momentum?: PerReplica;
  readonly nesterov?: boolean;
}
export interface AdamOptions extends Common {
  /** In [0, 1). Default 0.9. */
  readonly beta1?: PerReplica;
  /** In [0, 1). Default 0.999. */
  readonly beta2?: PerReplica;
  /** Added to √v̂, outside the root. At least 2⁻¹²⁶, the smallest number that float32 holds in full. Default 1e-8. */
  readonly eps?: PerReplica;
}

export interface UpdateOptions extends Omit<Extras, 'step'> {
  /** Put before the names of the variables, so that several models fit one session. Default none. */
  readonly prefix?: string;
  /** Also returns the step's counter grown by one; a trainer counts by itself where an optimiser of your own leaves that out. Default false. */
  readonly count?: boolean;
}
export interface Optimiser {
  readonly name: string;
  /** State vectors of the parameters' length, all zero at the start. */
  readonly state: readonly string[];
  readonly groups: Common['groups'];
  /** The `hyper` vectors of R replicas, one after another: f32 [R·12]. Throws ConfigError where a list has another length than R. */
  readonly hyper: (replicas: number) => Float32Array;
  /** New parameters and state from the gradient (of whatever the loss is: a mean stays a mean). */
  readonly update: (theta: Tensor, gradient: Tensor, step: Tensor, o: UpdateOptions) => readonly (readonly [Tensor, Tensor])[];
}

const hyperOf =
  (values: Partial<Record<HyperName, PerReplica>>, s: Schedule) =>
  (replicas: number): Float32Array => {
    const all: Partial<Record<HyperName, PerReplica>> = { ...values, ...scheduleHyper(s) };
    const out = new Float32Array(replicas * HYPER.length);
    HYPER.forEach((name, j) => {
      const v = all[name] ?? 0;
      if (typeof v !== 'number' && v.length !== replicas) throw new ConfigError(`${name}: ${v.length} values for ${replicas} replicas`);
      for (let r = 0; r < replicas; r++) out[r * HYPER.length + j] = typeof v === 'number' ? v : v[r]!;
    });
    return out;
  };
const scheduleHyper = (s: Schedule): Partial<Record<HyperName, number>> => {
  const warmup = s.warmup ?? 0;
  return {
    warmupSteps: warmup,
    warmupLag: s.warmupFromZero && warmup > 0 ? 1 : 0,
    totalSteps: s.total ?? 1,
    finalFraction: s.final ?? 0,
    stepSize: s.every ?? 1,
    stepGamma: s.gamma ?? 1,
    stepStart: s.everyFrom === 'warmup' ? warmup : 0,
  };
};
const hyperVariable = (prefix: string): Tensor => variable(`${prefix}hyper`, [HYPER.length]);
const vectorLike = (theta: Tensor, name: string): Tensor => variable(name, theta.shape);

const CONSTANT: Schedule = { kind: 'constant' };
const checked = ({ schedule = CONSTANT }: Common): Schedule => {
  const { warmup = 0, total, every } = schedule;
  if ((schedule.kind === 'linear' || schedule.kind === 'cosine') && !(total! > warmup))
    throw new ConfigError(
      `a ${schedule.kind} schedule needs a total number of steps above its warmup of ${warmup}, got ${total ?? 'none'}`,
    );
  if (schedule.kind === 'step' && !(every! >= 1)) throw new ConfigError('a step schedule needs `every`, the steps between drops, ≥ 1');
  requireInDomain('schedule: ', { warmup: ['steps', warmup], total: ['steps', total], every: ['steps', every] });
  requireInDomain('schedule: ', { final: ['factor', schedule.final], gamma: ['factor', schedule.gamma] });
  return schedule;
};

/** Gradient descent, with momentum and decay in the gradient, as torch.optim.SGD. Throws ConfigError for values outside their domains, by name. */
export const sgd = (o: SgdOptions): Optimiser => {
  const s = checked(o);
  requireInDomain('sgd: ', { lr: ['rate', o.lr], momentum: ['average', o.momentum], weightDecay: ['rate', o.weightDecay] });
  const momentum = typeof o.momentum === 'number' ? o.momentum !== 0 : o.momentum !== undefined;
  if (o.nesterov && !momentum) throw new ConfigError('sgd: Nesterov needs a momentum above 0');
  return {
    name: o.nesterov ? 'nesterov' : momentum ? 'sgd with momentum' : 'sgd',
    state: momentum ? ['momentum'] : [],
    groups: o.groups,
    hyper: hyperOf({ lr: o.lr, beta1: o.momentum ?? 0, weightDecay: o.weightDecay ?? 0 }, s),
    update: (theta, g, step, { prefix = '', count = false, ...vectors }) => {
      const v = momentum ? vectorLike(theta, `${prefix}momentum`) : undefined;
      const state = v ? [theta, v] : [theta];
      const news = sgdStep(theta, v, g, scheduleOp(step, hyperVariable(prefix), s.kind), {
        nesterov: o.nesterov ?? false,
        ...vectors,
        ...(count ? { step } : {}),
      });
      return [...state, ...(count ? [step] : [])].map((old, i) => [old, news[i]!] as const);
    },
  };
};

const adaptive =
  (name: string, decoupled: boolean, weightDecay: number) =>
  (o: AdamOptions): Optimiser => {
    const s = checked(o);
    requireInDomain(`${name}: `, {
      lr: ['rate', o.lr],
      beta1: ['average', o.beta1],
      beta2: ['average', o.beta2],
      // 0/0 where a gradient is exactly 0, as it is between parameters.
      eps: ['epsilon', o.eps],
      weightDecay: ['rate', o.weightDecay],
    });
    return {
      name,
      state: ['moment1', 'moment2'],
      groups: o.groups,
      hyper: hyperOf(
        { lr: o.lr, beta1: o.beta1 ?? 0.9, beta2: o.beta2 ?? 0.999, eps: o.eps ?? 1e-8, weightDecay: o.weightDecay ?? weightDecay },
        s,
      ),
      update: (theta, g, step, { prefix = '', count = false, ...vectors }) => {
        const [m, v] = [vectorLike(theta, `${prefix}moment1`), vectorLike(theta, `${prefix}moment2`)];
        const news = adamStep(theta, m, v, g, scheduleOp(step, hyperVariable(prefix), s.kind), {
          decoupled,
          ...vectors,
          ...(count ? { step } : {}),
        });
        return [theta, m, v, ...(count ? [step] : [])].map((old, i) => [old, news[i]!] as const);
      },
    };
  };
/**
 * Adam with decay in the gradient, as torch.optim.Adam. Defaults as there: β 0.9 and 0.999, ε 1e-8, no decay. Throws ConfigError for values outside
 * their domains, by name.
 */
export const adam = adaptive('adam', false, 0);
/**
 * Adam with decoupled decay, θ ← θ − lr·decay·θ, as torch.optim.AdamW. Defaults as there: β 0.9 and 0.999, ε 1e-8, decay 0.01 (optax.adamw: 1e-4). Throws
 * ConfigError as adam does.
 */
export const adamw = adaptive('adamw', true, 0.01);

/** What of a model's layout the multipliers depend on. */
interface FlatLayout {
  readonly total: number;
  readonly parameters: readonly { readonly name: string; readonly bias: boolean; readonly offset: number; readonly size: number }[];
}
/** Vectors of the multipliers, in the parameters' layout; undefined where there are no groups. Throws ConfigError for one that is negative or not finite. */
export const groupScales = (
  layout: FlatLayout,
  groups: Common['groups'],
): { readonly lrScale: Float32Array; readonly decayScale: Float32Array } | undefined => {
  if (!groups) return undefined;
  const lrScale = new Float32Array(layout.total);
  const decayScale = new Float32Array(layout.total);
  for (const p of layout.parameters) {
    const { lr = 1, decay = 1 } = groups(p.name, p.bias);
    requireInDomain(`groups, '${p.name}': `, { lr: ['rate', lr], decay: ['rate', decay] });
    lrScale.fill(lr, p.offset, p.offset + p.size);
    decayScale.fill(decay, p.offset, p.offset + p.size);
  }
  return { lrScale, decayScale };
};
