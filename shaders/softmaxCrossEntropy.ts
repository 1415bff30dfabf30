/**
 * softmaxCrossEntropy: loss[r] = −ln softmax(z[r, :])[y_r], in nats, one per row: neither sum nor mean. With `grad` also its derivative
 * in the logits, residual[r, j] = p_j − [j = y_r].
 *
 * Shapes   logits [rows, C] f32, labels [rows] u32, loss [rows], residual [rows, C]. C ≥ 1.
 * Epilogue a pointwise program on each element of the residual (the factor 1/B of a mean, say), rows of C. Only with `grad`.
 * Numerics no difference of nearly equal numbers: with a the first largest logit, loss = (z_a − z_y) + log1p(Σ_{j≠a} e^(z_j − z_a)), two
 *          terms ≥ 0; the label's residual is −Σ_{j≠y} p_j, never p_y − 1. So both keep their relative accuracy where the label has
 *          nearly all the mass: a loss of 1e-10 is 1e-10. Subtracting from 1 quantises at 1.2e-7 and makes late training spike.
 * Errors   a label ≥ C: its loss and its row of the residual are quiet NaN. Rows with NaN or infinite logits as in softmax.ts: the loss of a label at −∞ is ∞.
 * Tiles    one thread per row, three passes over C.
 * Oracle   softmaxCrossEntropy.ref.ts
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Dims, type Kernel } from './kernel';
import { NAN_BITS } from './nan';
import { decodeProgram, encodeProgram, epilogueBindings, IDENTITY, loadCode, programCode, programFlops, programPrelude } from './program';
import { LOG1P_WGSL, rowMaximum, type SoftmaxDims } from './softmax';

export type CrossEntropyOptions = { grad: boolean; epilogue: string };

const DIMS: readonly SoftmaxDims[] = ['rows', 'C'];
const GROUP = 64;

const bindings = ({ grad, epilogue }: CrossEntropyOptions): readonly Binding<SoftmaxDims>[] => [
  { name: 'logits', dtype: 'f32', access: 'read', size: ({ rows, C }) => rows * C },
  { name: 'labels', dtype: 'u32', access: 'read', size: ({ rows }) => rows },
  { name: 'loss', dtype: 'f32', access: 'write', size: ({ rows }) => rows },
  ...(grad ? [{ name: 'residual', dtype: 'f32', access: 'write', size: ({ rows, C }: Dims<SoftmaxDims>) => rows * C } as const] : []),
  ...epilogueBindings<SoftmaxDims>(
    epilogue,
    ({ rows, C }) => rows * C,
    ({ C }) => C,
    false,
  ),
];

const residualLoop = (epilogue: string): string => {
  const program = decodeProgram(epilogue);
  const loads = program.inputs.map((input, k) => (k === 0 ? 'host' : loadCode(input, `e${k}`, 'group.z', 'i', 'dims.C', false)));
  const { code, results } = programCode(program, loads, false);
  return `
  let total = 1.0 + others;
  for (var j = 0u; j < dims.C; j++) {
    let i = row * dims.C + j;
    let host = select(exp(logits[base + j] - top), -wrong, j == label) / total;
    ${code}
    residual[group.z * dims.rs_residual + i] = select(bitcast<u32>(${results[0]!}), ${NAN_BITS}u, missing);
  }`;
};

const code = (o: CrossEntropyOptions): string => {
  const declared = bindings(o).map((b): Binding<SoftmaxDims> => (b.access === 'write' ? Object.assign({}, b, { dtype: 'u32' }) : b));
  return wgsl`${prologue(DIMS, declared)}
${LOG1P_WGSL}
${programPrelude(decodeProgram(o.epilogue), false)}

@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = ${FLAT_GROUP} * ${GROUP}u + local.x;
  if (row >= dims.rows) { return; }
  let base = group.z * dims.rs_logits + row * dims.C;
  let given = labels[group.z * dims.rs_labels + row];
  let missing = given >= dims.C;
  let label = min(given, dims.C - 1u);
  ${rowMaximum('logits')}
  var wrong = 0.0; // all but the label's
  for (var j = 0u; j < dims.C; j++) {
    let weight = exp(logits[base + j] - top);
    others += select(weight, 0.0, j == at);
    wrong += select(weight, 0.0, j == label);
  }
  let value = (top - logits[base + label]) + log1p_accurate(others);
  loss[group.z * dims.rs_loss + row] = select(bitcast<u32>(value), ${NAN_BITS}u, missing);
  ${o.grad ? residualLoop(o.epilogue) : ''}
}`;
};

/** acc·rate[row] + base[row, class] − shift[class], over every mode but scalar. */
const ALL_MODES = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'col' },
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'row' },
  ],
  body: [
    ['mul', 0, 1],
    ['add', 4, 2],
    ['sub', 5, 3],
  ],
  outputs: [{ value: 6, dtype: 'f32' }],
});
/** acc·factor: the mean over a batch. */
const SCALED = encodeProgram({
  inputs: [
    { dtype: 'f32', mode: 'full' },
    { dtype: 'f32', mode: 'scalar' },
  ],
  body: [['mul', 0, 1]],
  outputs: [{ value: 2, dtype: 'f32' }],
});

export const softmaxCrossEntropy: Kernel<SoftmaxDims, CrossEntropyOptions> = {
  name: 'softmaxCrossEntropy',
  dims: DIMS,
  options: { grad: [false, true], epilogue: [IDENTITY, ALL_MODES, SCALED] },
  bindings,
  valid: (_, { grad, epilogue }) => grad || epilogue === IDENTITY,
  workgroups: ({ rows }, _, R) => flatGrid(ceilDiv(rows, GROUP), R),
  flops: ({ rows, C }, { grad, epilogue }) => rows * C * (6 + (grad ? 3 + programFlops(decodeProgram(epilogue)) : 0)),
  code,
};
