/**
 * exampleNorm: squared norms of per-example gradients of one layer: out[i] = ‖g_i‖², or out before + ‖g_i‖² with `accumulate`, so that a
 * model's norms add up over its layers. A sum over the layer's parameters; neither sum nor mean over examples.
 *
 * Forms    as in gram.ts, whose diagonal this is. At one position: outer (‖a_i‖² + [bias])·‖δ_i‖², sum ‖δ_i‖², scale ‖a_i ⊙ δ_i‖²,
 *          lookup ‖δ_i‖², or 0 where index_i ≥ p.
 * Shapes   a [n·T, p] or index [n·T] u32, d = δ [n·T, q]; out [n]. `shared`: T may pass 1.
 * Numerics as gram.ts, of fewer terms: position pairs s < t are computed once and doubled, which is exact.
 * Tiles    one thread for each example. vec: four features a load, q (and p where rows of a are read) multiples of 4.
 * Source   Goodfellow (2015), arXiv:1510.01799; THEORY.md §8.
 * Oracle   exampleNorm.ref.ts
 */
import { FORMS, layerBindings, layerValid, offsets, productFlops, products, type Form, type LayerDims, type Side } from './gram';
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Kernel } from './kernel';

export type ExampleNormDims = LayerDims | 'n';
export type ExampleNormOptions = { vec: boolean; accumulate: boolean; bias: boolean; form: Form; shared: boolean };

const DIMS: readonly ExampleNormDims[] = ['n', 'T', 'p', 'q'];
const GROUP = 64;

const bindings = (o: ExampleNormOptions): readonly Binding<ExampleNormDims>[] => [
  ...layerBindings<ExampleNormDims>(o, '', ({ n }) => n),
  { name: 'out', dtype: 'f32', access: o.accumulate ? 'readwrite' : 'write', size: ({ n }) => n },
];

const code = (o: ExampleNormOptions): string => {
  const side: Side = { suffix: '', rows: 1 };
  return wgsl`${prologue(DIMS, bindings(o))}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let replica = group.z;
  let i = ${FLAT_GROUP} * ${GROUP}u + local.x;
  if (i >= dims.n) { return; }
  ${offsets(o, side, () => 'i')}
  ${products(o, side, side)}
  let at = replica * dims.rs_out + i;
  out[at] = ${o.accumulate ? 'out[at] + ' : ''}c0;
}`;
};

export const exampleNorm: Kernel<ExampleNormDims, ExampleNormOptions> = {
  name: 'exampleNorm',
  dims: DIMS,
  options: { vec: [false, true], accumulate: [false, true], bias: [false, true], form: FORMS, shared: [false, true] },
  bindings,
  valid: layerValid,
  workgroups: ({ n }, _, R) => flatGrid(ceilDiv(n, GROUP), R),
  flops: ({ n, ...layer }, o) => productFlops(n, (layer.T * (layer.T + 1)) / 2, n, layer, o) + (o.accumulate ? n : 0),
  code,
};
