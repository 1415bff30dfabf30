/**
 * schedule: the scalars an optimiser needs at this step, worked out on the GPU so that steps replay without the CPU.
 *
 * Shapes   step [1] u32, below 2²⁴. hyper [12] f32: lr, β1 (momentum), β2, ε, weight decay, warmup steps, total steps, final fraction,
 *          step size, step γ, warmup lag, step start; all finite. out [8] f32: lr·w·f, β1, β2, ε, weight decay, 1 − β1ᵗ, 1 − β2ᵗ, 0, with t = step + 1.
 * Warmup   w = min(1, (t − lag)/warmup), 1 without warmup and lag. A lag of 1 begins at 0.
 * Kinds    with q = (step − warmup)/(total − warmup) held in [0, 1], the denominator at least 1:
 *          constant f = 1; linear f = 1 + (final − 1)·q; cosine f = final + (1 − final)·½(1 + cos πq); step f = γ^⌊max(0, step − start)/size⌋.
 * Numerics ½(1 + cos πq) is computed as cos²(πq/2), exactly 0 at the end and never negative. Bias corrections keep their relative
 *          accuracy for β near 1: with d = 1 − βᵃ, 1 − β²ᵃ = d·(2 − d) and 1 − βᵃ⁺ᵇ = c + (1 − c)·d, over the bits of t.
 * Source   Loshchilov & Hutter (2017), SGDR (cosine); Kingma & Ba (2015), Adam (bias correction).
 * Oracle   schedule.ref.ts
 */
import { ceilDiv, prologue, wgsl, type Binding, type Kernel } from './kernel';
import { keepNan } from './nan';
import { namedProgram, programCode, programFlops, programPrelude, type Line, type Program } from './program';

export type ScheduleOptions = { kind: 'constant' | 'linear' | 'cosine' | 'step' };
const GROUP = 64;

const bindings: readonly Binding<never>[] = [
  { name: 'step', dtype: 'u32', access: 'read', size: () => 1 },
  { name: 'hyper', dtype: 'f32', access: 'read', size: () => 12 },
  { name: 'out', dtype: 'f32', access: 'write', size: () => 8 },
];

const PROGRESS: readonly Line[] = [
  ['zero', 'const', 0],
  ['since', 'sub', 'step', 'warmup'],
  ['since', 'max', 'since', 'zero'],
  ['span', 'sub', 'total', 'warmup'],
  ['span', 'max', 'span', 'one'],
  ['q', 'div', 'since', 'span'],
  ['q', 'min', 'q', 'one'],
];
/** Lines that define f, where it is more than a name. */
const FACTOR: Readonly<Record<ScheduleOptions['kind'], readonly Line[]>> = {
  constant: [],
  step: [],
  linear: [...PROGRESS, ['drop', 'sub', 'final', 'one'], ['drop', 'mul', 'drop', 'q'], ['f', 'add', 'one', 'drop']],
  cosine: [
    ...PROGRESS,
    ['quarter', 'const', 0.25],
    ['turn', 'mul', 'q', 'quarter'],
    ['cos', 'cosTurn', 'turn'],
    ['half', 'square', 'cos'],
    ['rest', 'sub', 'one', 'final'],
    ['rest', 'mul', 'rest', 'half'],
    ['f', 'add', 'final', 'rest'],
  ],
};
const FACTOR_NAME = { constant: 'one', step: 'power', linear: 'f', cosine: 'f' } as const;
/** The learning rate of the step; power = γ^⌊max(0, step − start)/size⌋. */
export const rateProgram = ({ kind }: ScheduleOptions): Program =>
  namedProgram(
    ['step', 't', 'lr', 'warmup', 'total', 'final', 'power', 'lag'],
    [
      ['one', 'const', 1],
      ['w', 'max', 'warmup', 'one'],
      ['begun', 'sub', 't', 'lag'],
      ['w', 'div', 'begun', 'w'],
      ['w', 'min', 'w', 'one'],
      ...FACTOR[kind],
      ['rate', 'mul', 'lr', 'w'],
      ['rate', 'mul', 'rate', FACTOR_NAME[kind]],
    ],
    ['rate'],
  );

const code = (o: ScheduleOptions): string => {
  const program = rateProgram(o);
  const { code: body, results } = programCode(
    program,
    ['f32(now)', 'f32(t)', 'hyper[h]', 'hyper[h + 5u]', 'hyper[h + 6u]', 'hyper[h + 7u]', 'power', 'hyper[h + 10u]'],
    false,
  );
  return wgsl`${prologue([], bindings)}
${programPrelude(program, false)}
/** 1 − βᵗ. */
fn correction(beta: f32, t: u32) -> f32 {
  var d = 1.0 - beta;
  var c = 0.0;
  for (var bits = t; bits > 0u; bits >>= 1u) {
    if ((bits & 1u) == 1u) { c += (1.0 - c) * d; }
    d *= 2.0 - d;
  }
  return c;
}
fn whole_power(base: f32, exponent: u32) -> f32 {
  var square = base;
  var result = 1.0;
  for (var bits = exponent; bits > 0u; bits >>= 1u) {
    if ((bits & 1u) == 1u) { result *= square; }
    square *= square;
  }
  return result;
}

@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let replica = id.x;
  if (replica >= dims.R) { return; }
  let now = step[replica * dims.rs_step];
  let t = now + 1u;
  let h = replica * dims.rs_hyper;
  let counted = now - min(now, u32(hyper[h + 11u]));
  var power = whole_power(hyper[h + 9u], counted / max(u32(hyper[h + 8u]), 1u));
  power = ${keepNan('f32', 'power', 'hyper[h + 8u]')};
  power = ${keepNan('f32', 'power', 'hyper[h + 11u]')};
  ${body}
  let o = replica * dims.rs_out;
  out[o] = ${results[0]!};
  out[o + 1u] = hyper[h + 1u];
  out[o + 2u] = hyper[h + 2u];
  out[o + 3u] = hyper[h + 3u];
  out[o + 4u] = hyper[h + 4u];
  out[o + 5u] = correction(hyper[h + 1u], t);
  out[o + 6u] = correction(hyper[h + 2u], t);
  out[o + 7u] = 0.0;
}`;
};

export const schedule: Kernel<never, ScheduleOptions> = {
  name: 'schedule',
  dims: [],
  options: { kind: ['constant', 'linear', 'cosine', 'step'] },
  bindings: () => bindings,
  // One thread a replica: the replicas lie along x.
  workgroups: (_, __, R) => [ceilDiv(R, GROUP), 1, 1],
  // Up to 24 bits of a step, at most 5 operations each for two corrections and 2 for the power.
  flops: (_, o) => programFlops(rateProgram(o)) + 24 * 12,
  code,
};
