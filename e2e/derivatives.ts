/**
 * Derivative graphs held against central differences of what they derive, in float64 on the reference executor.
 *
 * The points x + k·h·u, k ∈ {0, ±1, ±2, ±4}, are seven replicas of one plan. x and u are multiples of ⅛ and h is 2⁻⁷, so that every point is
 * an f32 and no input is rounded. With D(k) = (f(kh) − f(−kh))/2kh, Richardson's R₁ = (4D(1) − D(2))/3 errs by 4c·h⁴ and
 * R₂ = (4D(2) − D(4))/3 by 16 times as much: |R₁ − R₂| is 15 times the error of R₁. That is the tolerance for truncation.
 *
 * Rounding: each of the N operations of a plan commits at most an ulp, 2⁻⁵², of a value no larger than M, the largest value anywhere in
 * the graph, which reaches the result with a factor of at most SLOPE. The weights of R₁ add up to 3/2h.
 */
import { cotangents, tangents } from '../src/autodiff/index';
import { sizeOf } from '../src/core/shape';
import type { Tensor } from '../src/graph/tensor';
import { variable } from '../src/ops/index';
import { interpret } from '../src/ops/interpret.testing';
import type { Plan } from '../src/plan/index';
import type { Executor } from '../src/runtime/executor';
import { Evaluator, replicaOf, type Results, type Values } from './evaluate';

export const H = 2 ** -7;
const OFFSETS = [0, 1, -1, 2, -2, 4, -4] as const;
const ULP = 2 ** -52;
/** No function of the matrix magnifies a change of its argument more than this on the domains it is given: e² < 8, 2π < 8, 2/½² = 8. */
const SLOPE = 8;
/** Relative error of a constant of a derivative rule that f32 rounds. */
const F32_CONSTANT = 2 ** -24;

const flops = (p: Plan): number => p.dispatches.reduce((n, d) => n + d.flops / d.replicas, 1);
const rounding = (p: Plan, largest: number): number => flops(p) * SLOPE * largest * ULP;

/** The seven replicas of a variable. */
export const fan = (x: ArrayLike<number>, u: ArrayLike<number>): Float64Array =>
  Float64Array.from(OFFSETS.flatMap((k) => Array.from({ length: x.length }, (_, i) => x[i]! + k * H * u[i]!)));

export interface Difference {
  readonly value: number;
  readonly truncation: number;
}
/** R₁ and |R₁ − R₂| of every element, from the seven replicas of a result. */
export const differences = (results: Results, name: string): readonly Difference[] => {
  const t = results[name]!;
  const at = (k: (typeof OFFSETS)[number]): Float64Array => replicaOf(t, OFFSETS.indexOf(k));
  const slopes = (
    [
      [1, -1],
      [2, -2],
      [4, -4],
    ] as const
  ).map(([p, m]) => {
    const low = at(m);
    return at(p).map((v, i) => (v - low[i]!) / (2 * p * H));
  });
  return Array.from(slopes[0]!, (d1, i) => {
    const [r1, r2] = [(4 * d1 - slopes[1]![i]!) / 3, (4 * slopes[1]![i]! - slopes[2]![i]!) / 3];
    return { value: r1, truncation: Math.abs(r1 - r2) };
  });
};

/** f's outputs and derivatives as graph outputs: y, its tangent along t0, t1, … (one per x) and the cotangents c0, c1, … of v. */
export const derivativeOutputs = (xs: readonly Tensor[], y: Tensor): Readonly<Record<string, Tensor>> => {
  const wrt = xs.filter((x) => x.dtype === 'f32');
  if (y.dtype !== 'f32' || wrt.length === 0) return { y };
  const ts = wrt.map((x, i) => variable(`t${i}`, x.shape));
  const back = cotangents([y], [variable('v', y.shape)], wrt);
  return { y, tangent: tangents([y], wrt, ts)[0]!, ...Object.fromEntries(back.map((c, i) => [`c${i}`, c])) };
};

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a, (v, i) => v * b[i]!).reduce((s, p) => s + p, 0);

/** One way in which a derivative is wrong, or `undefined`. */
export type Complaint = string | undefined;
const complain = (what: string, got: number, want: number, tolerance: number): Complaint =>
  Math.abs(got - want) <= tolerance ? undefined : `${what}: ${got}, should be ${want} ± ${tolerance}`;

export interface Point {
  readonly xs: readonly Tensor[];
  readonly y: Tensor;
  readonly x: Values;
  readonly u: (n: number, i: number) => Float64Array;
  readonly inexactRule: boolean;
}

/**
 * Everything that must hold of y = f(xs) at `x`: every replica equals the interpreted graph exactly, the tangent equals the difference
 * quotient of every element, and ⟨v, J u⟩ = ⟨Jᵀv, u⟩. Returns what does not hold.
 */
export const checkDerivatives = async (executor: Executor, { xs, y, x, u, inexactRule }: Point): Promise<readonly string[]> => {
  const outputs = derivativeOutputs(xs, y);
  using evaluator = await Evaluator.open(executor, outputs, OFFSETS.length);
  const wrt = xs.map((t, i) => ({ t, name: `x${i}` })).filter(({ t }) => t.dtype === 'f32');
  const ts = wrt.map(({ t }, i) => u(sizeOf(t.shape), i));
  const v = u(sizeOf(y.shape), wrt.length);
  const directions: Values = { v, ...Object.fromEntries(ts.map((t, i) => [`t${i}`, t])) };
  const fans = Object.fromEntries(wrt.map(({ name }, i) => [name, fan(x[name]!, ts[i]!)]));
  const results = await evaluator.run({ ...x, ...fans, ...directions });
  const complaints: Complaint[] = OFFSETS.flatMap((_, r) => {
    const here = {
      ...x,
      ...Object.fromEntries(wrt.map(({ t, name }) => [name, fans[name]!.subarray(r * sizeOf(t.shape), (r + 1) * sizeOf(t.shape))])),
    };
    const want = interpret({ y }, here).values['y']!;
    return Array.from(replicaOf(results['y']!, r), (g, i) => complain(`y[${i}] of replica ${r}`, g, want[i]!, 0));
  });
  if ('tangent' in outputs) {
    const { largest } = interpret(outputs, { ...x, ...directions });
    const noise = rounding(evaluator.plan, largest);
    const tangent = replicaOf(results['tangent']!, 0);
    const cotangent = wrt.map((_, i) => replicaOf(results[`c${i}`]!, 0));
    differences(results, 'y').forEach(({ value, truncation }, i) =>
      complaints.push(
        complain(
          `tangent[${i}]`,
          tangent[i]!,
          value,
          truncation + noise * (1 + 1.5 / H) + (inexactRule ? F32_CONSTANT * Math.abs(value) : 0),
        ),
      ),
    );
    const terms = v.length + ts.reduce((n, t) => n + t.length, 0);
    complaints.push(
      complain(
        '⟨Jᵀv, u⟩',
        cotangent.reduce((s, c, i) => s + dot(c, ts[i]!), 0),
        dot(v, tangent),
        terms * noise,
      ),
    );
  }
  return complaints.filter((c) => c !== undefined);
};

/**
 * The second derivatives of the scalar f at `x`, along u and w: forward over reverse against the difference quotient of the gradient,
 * reverse over reverse against forward over reverse, and ⟨w, H u⟩ = ⟨u, H w⟩. Graph outputs `gradient`, `hu` = H u by both ways and
 * `hw` = H w over the one variable `x`; the variables u and w hold the directions. Returns what does not hold.
 */
export const checkHessian = async (
  executor: Executor,
  outputs: Readonly<Record<'gradient' | 'hu' | 'huReverse' | 'hw', Tensor>>,
  values: Values,
): Promise<readonly string[]> => {
  using evaluator = await Evaluator.open(executor, outputs, OFFSETS.length);
  const [u, w] = [values['u']!, values['w']!];
  const results = await evaluator.run({ ...values, x: fan(values['x']!, u) });
  const { largest } = interpret(outputs, values);
  const noise = rounding(evaluator.plan, largest);
  const [hu, reverse, hw] = ['hu', 'huReverse', 'hw'].map((name) => replicaOf(results[name]!, 0)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const complaints = differences(results, 'gradient').flatMap(({ value, truncation }, i) => [
    complain(`(H u)[${i}]`, hu[i]!, value, truncation + noise * (1 + 1.5 / H)),
    complain(`(H u)[${i}], reverse over reverse`, reverse[i]!, hu[i]!, 2 * noise),
  ]);
  return [...complaints, complain('⟨w, H u⟩', dot(w, hu), dot(u, hw), 2 * u.length * noise)].filter((c) => c !== undefined);
};
