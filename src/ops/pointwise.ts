/**
 * The pointwise ops: y = f(x₁, …) element by element with NumPy broadcasting, the functions being those of shaders/functions.ts.
 * This file is their table of derivatives: one line each, ∂y/∂xᵢ · dy, used by vjp and jvp alike. null: not differentiable.
 */
import { FUNCTIONS, type FnName } from '../../shaders/functions';
import { ShapeError } from '../core/errors';
import { broadcastShapes, sameShape, type Shape } from '../core/shape';
import { defineOp } from '../graph/op';
import { apply, type Tensor } from '../graph/tensor';
import { broadcastTo, sumTo } from './sum';
import { constant } from './leaf';

export type PointwiseAttrs = { readonly fn: FnName };
/** d = an incoming derivative, of y's shape: (d, inputs, y) → its product with ∂y/∂xᵢ. */
type Partial_ = (d: Tensor, x: readonly Tensor[], y: Tensor) => Tensor;
const zero: readonly null[] = [null, null, null];
/** 1 where a > b, ½ where they tie, so that ties share the derivative, and else 0. */
const wins = (a: Tensor, b: Tensor): Tensor => mul(0.5, add(greater(a, b), sub(1, greater(b, a))));

const PARTIALS: Record<FnName, readonly (Partial_ | null)[]> = {
  add: [(d) => d, (d) => d],
  sub: [(d) => d, (d) => neg(d)],
  mul: [(d, [, b]) => mul(d, b!), (d, [a]) => mul(d, a!)],
  div: [(d, [, b]) => div(d, b!), (d, [, b], y) => neg(mul(d, div(y, b!)))],
  max: [(d, [a, b]) => mul(d, wins(a!, b!)), (d, [a, b]) => mul(d, wins(b!, a!))],
  min: [(d, [a, b]) => mul(d, wins(b!, a!)), (d, [a, b]) => mul(d, wins(a!, b!))],
  neg: [(d) => neg(d)],
  abs: [(d, [a]) => mul(d, sign(a!))],
  sign: zero,
  relu: [(d, _, y) => mul(d, step(y))],
  step: zero,
  greater: zero,
  where: [null, (d, [a]) => where(a!, d, 0), (d, [a]) => where(a!, 0, d)],
  square: [(d, [a]) => mul(d, mul(2, a!))],
  sqrt: [(d, _, y) => div(d, mul(2, y))],
  exp: [(d, _, y) => mul(d, y)],
  log: [(d, [a]) => div(d, a!)],
  tanh: [(d, _, y) => mul(d, sub(1, square(y)))],
  sigmoid: [(d, _, y) => mul(d, mul(y, sub(1, y)))],
  erf: [(d, [a]) => mul(d, mul(2 / Math.sqrt(Math.PI), exp(neg(square(a!)))))],
  sinTurn: [(d, [a]) => mul(d, mul(2 * Math.PI, cosTurn(a!)))],
  cosTurn: [(d, [a]) => mul(d, mul(-2 * Math.PI, sinTurn(a!)))],
  equal: zero,
  toFloat: zero,
  addInt: zero,
};

export const pointwiseOp = defineOp<PointwiseAttrs>({
  name: 'pointwise',
  infer: (inputs, { fn }) => {
    const { args, result } = FUNCTIONS[fn];
    inputs.forEach((x, i) => {
      if (x.dtype !== args[i]) throw new ShapeError(fn, `argument ${i} is ${x.dtype}, must be ${args[i] ?? 'absent'}`);
    });
    return { shape: inputs.reduce<Shape>((shape, x) => broadcastShapes(fn, shape, x.shape), []), dtype: result };
  },
  vjp: ({ inputs, outputs, attrs: { fn } }, [dy]) =>
    inputs.map((x, i) => {
      const p = PARTIALS[fn][i];
      return p && dy ? sumTo(p(dy, inputs, outputs[0]!), x.shape) : null;
    }),
  // A vector that is repeated over all rows: a bias or a scale.
  perExample: ({ inputs, outputs: [y], attrs: { fn } }, input) => {
    const [partial, x] = [PARTIALS[fn][input], inputs[input]!];
    if (!partial || x.shape.length !== 1 || y!.shape.length < 2 || x.shape[0] !== y!.shape.at(-1)) return null;
    const factor = partial(constant(1), inputs, y!);
    return isOne(factor) ? { kind: 'sum' } : { kind: 'scale', factor: broadcastTo(factor, y!.shape) };
  },
  jvp: ({ inputs, outputs, attrs: { fn } }, tangents) => {
    const y = outputs[0]!;
    const terms = tangents.flatMap((t, i) => {
      const p = PARTIALS[fn][i];
      return p && t ? [p(broadcastTo(t, y.shape), inputs, y)] : [];
    });
    return [terms.length > 0 ? terms.reduce((a, b) => add(a, b)) : null];
  },
});

/** A tensor, or a number that becomes a constant. */
export type Value = Tensor | number;
const literalOf = (x: Tensor): number | undefined => (x.node.op.name === 'constant' ? (x.node.attrs['value'] as number) : undefined);
const of = (x: Value): Tensor => (typeof x === 'number' ? constant(x) : x);
const call = (fn: FnName, ...inputs: readonly Value[]): Tensor => apply(pointwiseOp, inputs.map(of), { fn });

export const add = (a: Value, b: Value): Tensor => (isZero(a) ? of(b) : isZero(b) ? of(a) : call('add', a, b));
export const sub = (a: Value, b: Value): Tensor => call('sub', a, b);
/** Products with the constant 1 vanish: cotangents start as 1 and would otherwise cost a pass over memory. */
export const mul = (a: Value, b: Value): Tensor => (isOne(a) ? of(b) : isOne(b) ? of(a) : call('mul', a, b));
export const div = (a: Value, b: Value): Tensor => call('div', a, b);
export const maximum = (a: Value, b: Value): Tensor => call('max', a, b);
export const minimum = (a: Value, b: Value): Tensor => call('min', a, b);
export const neg = (a: Value): Tensor => call('neg', a);
export const abs = (a: Value): Tensor => call('abs', a);
export const sign = (a: Value): Tensor => call('sign', a);
export const relu = (a: Value): Tensor => call('relu', a);
/** 1 where a > 0, else 0. Its derivative is taken as 0. */
export const step = (a: Value): Tensor => call('step', a);
/** 1 where a > b, else 0. */
export const greater = (a: Value, b: Value): Tensor => call('greater', a, b);
/** b where a ≠ 0, else c. */
export const where = (a: Value, b: Value, c: Value): Tensor => call('where', a, b, c);
export const square = (a: Value): Tensor => call('square', a);
export const sqrt = (a: Value): Tensor => call('sqrt', a);
export const exp = (a: Value): Tensor => call('exp', a);
export const log = (a: Value): Tensor => call('log', a);
export const tanh = (a: Value): Tensor => call('tanh', a);
export const sigmoid = (a: Value): Tensor => call('sigmoid', a);
/** 2/√π ∫₀ᵃ e^{−t²}dt. */
export const erf = (a: Value): Tensor => call('erf', a);
/** sin(2πx). */
export const sinTurn = (a: Value): Tensor => call('sinTurn', a);
/** cos(2πx). */
export const cosTurn = (a: Value): Tensor => call('cosTurn', a);
/** 1 where two u32 tensors agree, else 0. */
export const equal = (a: Tensor, b: Tensor): Tensor => call('equal', a, b);
export const toFloat = (a: Tensor): Tensor => call('toFloat', a);
/** u32 addition modulo 2³². */
export const addInt = (a: Tensor, b: Tensor): Tensor => call('addInt', a, b);

const isOne = (x: Value): boolean => (typeof x === 'number' ? x === 1 : sameShape(x.shape, []) && literalOf(x) === 1);
const isZero = (x: Value): boolean => (typeof x === 'number' ? x === 0 : sameShape(x.shape, []) && literalOf(x) === 0);
