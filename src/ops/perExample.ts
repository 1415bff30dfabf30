/**
 * What one layer adds to the norms, inner products and rows of per-example gradients; see shaders/gram.ts for the forms. Sums over the
 * layer's parameters and over an example's positions; neither sum nor mean over examples. Not differentiable.
 *
 * Throws ShapeError where the rows of a layer's values differ in number.
 */
import { exampleNorm as normKernel } from '../../shaders/exampleNorm';
import { gram as gramKernel, type Form, type LayerDims } from '../../shaders/gram';
import { jacobian as jacobianKernel, parameterCount } from '../../shaders/jacobian';
import type { Dims } from '../../shaders/kernel';
import { ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import { defineOp, type TypedOp } from '../graph/op';
import { apply, type Tensor, type TensorType } from '../graph/tensor';

/** A layer as its parameter sees it. Rows are examples × `positions`, an example's own next to each other. */
export interface Layer {
  readonly form: Form;
  /** Inputs [rows, p], factors [rows, q] or u32 indices [rows]; absent for a sum. */
  readonly left?: Tensor;
  /** Cotangents of the outputs, [rows, q]. */
  readonly delta: Tensor;
  readonly positions: number;
  /** The layer's bias beside its weight; of form 'outer' only. */
  readonly bias: boolean;
  /** Rows of the table of a lookup. */
  readonly table?: number;
}
type Attrs = {
  readonly form: Form;
  readonly bias: boolean;
  readonly positions: number;
  readonly table: number;
  readonly accumulate: boolean;
};

const attrsOf = (l: Layer, accumulate: boolean): Attrs => ({
  form: l.form,
  bias: l.bias,
  positions: l.positions,
  table: l.table ?? 0,
  accumulate,
});
const tensorsOf = (l: Layer): readonly Tensor[] => (l.left ? [l.left, l.delta] : [l.delta]);

/** Examples and kernel dims of a layer's values: [left,] delta. */
const measure = (
  op: string,
  values: readonly TensorType[],
  { form, positions: T, table }: Attrs,
): { readonly n: number; readonly dims: Dims<LayerDims> } => {
  const delta = values.at(-1)!;
  const left = form === 'sum' ? undefined : values[0]!;
  const [rows, q] = delta.shape as [number, number];
  if (delta.shape.length !== 2 || rows % T !== 0)
    throw new ShapeError(op, `the cotangents are ${showShape(delta.shape)}; they must be [examples·${T}, q]`);
  if (left && left.shape[0] !== rows)
    throw new ShapeError(
      op,
      `the layer's inputs are ${showShape(left.shape)}, its cotangents ${showShape(delta.shape)}: the first axes must agree`,
    );
  return { n: rows / T, dims: { T, p: form === 'lookup' ? table : (left?.shape[1] ?? q), q } };
};
const optionsOf = ({ form, bias, positions }: Attrs, { p, q }: Dims<LayerDims>) => ({
  form,
  bias,
  shared: positions > 1,
  vec: q % 4 === 0 && (form !== 'outer' || p % 4 === 0),
});

const gramRules: TypedOp<Attrs> = {
  name: 'gram',
  infer: (inputs, attrs) => {
    const { left, right, total } = split(inputs, attrs);
    const [a, b] = [measure('gram', left, attrs), measure('gram', right, attrs)];
    if (a.dims.p !== b.dims.p || a.dims.q !== b.dims.q)
      throw new ShapeError('gram', `the two sets are of layers [${a.dims.p}, ${a.dims.q}] and [${b.dims.p}, ${b.dims.q}]`);
    if (total && !sameShape(total.shape, [a.n, b.n]))
      throw new ShapeError('gram', `the total so far is ${showShape(total.shape)}, must be ${showShape([a.n, b.n])}`);
    return { shape: [a.n, b.n], dtype: 'f32' };
  },
  lower: ({ inputs, outputs: [y], attrs }, { emit }) => {
    const { left, right, total } = split(inputs, attrs);
    const { n, dims } = measure('gram', left, attrs);
    emit(
      gramKernel,
      { ...optionsOf(attrs, dims), tile: '4x4' as const, accumulate: attrs.accumulate },
      { n, m: measure('gram', right, attrs).n, ...dims },
      [...left, ...right, total ?? y!],
    );
  },
};
export const gramOp = defineOp(gramRules);
/** The same, added to a total that it updates in place. */
export const gramAddOp = defineOp<Attrs>({ ...gramRules, name: 'gramAdd', inPlace: [[0, 0]] });

const split = <T extends TensorType>(
  inputs: readonly T[],
  { form, accumulate }: Attrs,
): { readonly left: readonly T[]; readonly right: readonly T[]; readonly total: T | undefined } => {
  const first = accumulate ? 1 : 0;
  const width = form === 'sum' ? 1 : 2;
  return { total: accumulate ? inputs[0] : undefined, left: inputs.slice(first, first + width), right: inputs.slice(first + width) };
};

/** ⟨g_i, g2_j⟩ of one layer, [n, m], added to `total` if it is given. */
export const gram = (a: Layer, b: Layer, total?: Tensor): Tensor =>
  apply(total ? gramAddOp : gramOp, [...(total ? [total] : []), ...tensorsOf(a), ...tensorsOf(b)], attrsOf(a, total !== undefined));

const normRules: TypedOp<Attrs> = {
  name: 'exampleNorm',
  infer: (inputs, attrs) => ({ shape: [measure('exampleNorm', inputs.slice(attrs.accumulate ? 1 : 0), attrs).n], dtype: 'f32' }),
  lower: ({ inputs, outputs: [y], attrs }, { emit }) => {
    const layer = inputs.slice(attrs.accumulate ? 1 : 0);
    const { n, dims } = measure('exampleNorm', layer, attrs);
    emit(normKernel, { ...optionsOf(attrs, dims), accumulate: attrs.accumulate }, { n, ...dims }, [
      ...layer,
      attrs.accumulate ? inputs[0]! : y!,
    ]);
  },
};
export const exampleNormOp = defineOp(normRules);
/** The same, added to a total that it updates in place. */
export const exampleNormAddOp = defineOp<Attrs>({ ...normRules, name: 'exampleNormAdd', inPlace: [[0, 0]] });

/** ‖g_i‖² of one layer, [n], added to `total` if it is given. */
export const exampleNorm = (a: Layer, total?: Tensor): Tensor =>
  apply(total ? exampleNormAddOp : exampleNormOp, [...(total ? [total] : []), ...tensorsOf(a)], attrsOf(a, total !== undefined));

type WindowAttrs = Attrs & { readonly first: number; readonly width: number };
export const jacobianOp = defineOp<WindowAttrs>({
  name: 'jacobian',
  infer: (inputs, attrs) => {
    const { n, dims } = measure('jacobian', inputs, attrs);
    const columns = parameterCount(dims, attrs);
    const { first, width } = attrs;
    if (first < 0 || width < 1 || first + width > columns)
      throw new ShapeError('jacobian', `columns ${first} to ${first + width} of ${columns}`);
    return { shape: [n, width], dtype: 'f32' };
  },
  lower: ({ inputs, outputs: [y], attrs }, { emit }) => {
    const { n, dims } = measure('jacobian', inputs, attrs);
    const { form, bias, positions, first, width } = attrs;
    emit(
      jacobianKernel,
      { form, bias, shared: positions > 1, vec: dims.q % 4 === 0 && first % 4 === 0 && width % 4 === 0 },
      { n, ...dims, first, width },
      [...inputs, y!],
    );
  },
});
/** Columns first … first + width − 1 of one layer's per-example gradients, [n, width]: row-major [p, q], then the bias. */
export const jacobianRows = (a: Layer, first: number, width: number): Tensor =>
  apply(jacobianOp, tensorsOf(a), { ...attrsOf(a, false), first, width });
/** Columns of the whole. */
export const layerColumns = (a: Layer): number => parameterCount(measure('jacobian', tensorsOf(a), attrsOf(a, false)).dims, a);
