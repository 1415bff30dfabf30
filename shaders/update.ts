/**
 * What the optimisers' kernels share: an elementwise update of flat vectors, written as a program, with the scalars of the step
 * in `sched` (shaders/schedule.ts). Four elements a thread.
 */
import { ceilDiv, FLAT_GROUP, flatGrid, prologue, wgsl, type Binding, type Dims, type Oracled } from './kernel';
import { evalProgram, namedProgram, programCode, programPrelude, type Line, type Program } from './program';

/** The elements of sched that have a name in update programs, in order. */
export const SCHED = ['lr', 'beta1', 'beta2', 'eps', 'decay', 'c1', 'c2'] as const;
export type SchedName = (typeof SCHED)[number];
const SCHED_SIZE = 8;

/** `count`: the binding `step`, behind the others, grows by one: u32 [1], its own or shared by all replicas. */
export interface UpdateOptions {
  readonly groups: boolean;
  readonly mask: boolean;
  readonly count: boolean;
}
/** `state`: vectors updated in place, the parameters p first. `lines` use their names, g, SCHED's, lr and decay already scaled by group. */
export interface Update {
  readonly state: readonly string[];
  readonly lines: readonly Line[];
}

/** Names of the vectors that are only read, in binding order: gradients, then the options'. */
const readVectors = ({ groups, mask }: UpdateOptions): readonly string[] => [
  'g',
  ...(groups ? ['lrScale', 'decayScale'] : []),
  ...(mask ? ['mask'] : []),
];

const vector = (name: string, access: 'read' | 'readwrite'): Binding<'n'> => ({
  name,
  dtype: 'f32',
  access,
  size: ({ n }) => n,
  vec4: true,
});
const COUNTER: Binding<'n'> = { name: 'step', dtype: 'u32', access: 'readwrite', size: () => 1, once: true };
export const updateBindings = (state: readonly string[], o: UpdateOptions): readonly Binding<'n'>[] => {
  const [gradient, ...extras] = readVectors(o).map((name) => vector(name, 'read'));
  return [
    ...state.map((name) => vector(name, 'readwrite')),
    gradient!,
    { name: 'sched', dtype: 'f32', access: 'read', size: () => SCHED_SIZE },
    ...extras,
    ...(o.count ? [COUNTER] : []),
  ];
};

/** The update as one program: inputs are the state, the vectors read, then SCHED; outputs the new state. */
export const updateProgram = ({ state, lines }: Update, o: UpdateOptions): Program =>
  namedProgram(
    [...state, ...readVectors(o), ...SCHED],
    [
      ...(o.groups
        ? ([
            ['lr', 'mul', 'lr', 'lrScale'],
            ['decay', 'mul', 'decay', 'decayScale'],
          ] satisfies readonly Line[])
        : []),
      ...lines,
      ...(o.mask ? state.map((name): Line => [name, 'mul', name, 'mask']) : []),
    ],
    state,
  );

export const updateCode = (update: Update, o: UpdateOptions): string => {
  const program = updateProgram(update, o);
  const vectors = [...update.state, ...readVectors(o)];
  const loads = [...vectors.map((name) => `${name}[at_${name}]`), ...SCHED.map((_, i) => `vec4f(sched[group.z * dims.rs_sched + ${i}u])`)];
  const { code, results } = programCode(program, loads, true);
  return wgsl`${prologue(['n'], updateBindings(update.state, o))}
${programPrelude(program, true)}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let i = ${FLAT_GROUP} * 64u + local.x;
  if (i >= dims.n / 4u) { return; }
  ${vectors.map((name) => `let at_${name} = group.z * dims.rs_${name} / 4u + i;`).join('\n  ')}
  ${code}
  ${update.state.map((name, k) => `${name}[at_${name}] = ${results[k]!};`).join('\n  ')}
  ${o.count ? 'if (i == 0u && (group.z == 0u || dims.rs_step > 0u)) { step[group.z * dims.rs_step] += 1u; }' : ''}
}`;
};

/** Flat parameter vectors are laid out in multiples of 64 elements, so that four at a time never runs over. */
export const updateValid = ({ n }: Dims<'n'>): boolean => n % 4 === 0;
export const updateGrid = ({ n }: Dims<'n'>, R: number): readonly [number, number, number] => flatGrid(ceilDiv(n, 4 * 64), R);
export const updateCases: readonly Dims<'n'>[] = [{ n: 4 }, { n: 64 }, { n: 256 }, { n: 1088 }];

/** One element as the oracles see it: every vector and scalar by name, 1 for scales and masks that are absent. */
export type Element = Readonly<Record<string, number>>;
/**
 * Values of the new state from `formula`, plain float64, and bounds from the program's running error analysis.
 * `io`: the kernel's bindings for one replica.
 */
export const updateOracled = (
  update: Update,
  o: UpdateOptions,
  io: readonly Float64Array[],
  n: number,
  formula: (e: Element) => readonly number[],
): readonly Oracled[] => {
  const { state } = update;
  const program = updateProgram(update, o);
  const vectors = [...state, ...readVectors(o)];
  const sched = io[state.length + 1]!;
  const arrays = vectors.map((_, i) => io[i <= state.length ? i : i + 1]!);
  const outs = state.map(() => ({ value: new Float64Array(n), bound: new Float64Array(n) }));
  for (let i = 0; i < n; i++) {
    const values = [...arrays.map((a) => a[i]!), ...sched.subarray(0, SCHED.length)];
    const named = Object.fromEntries([...vectors, ...SCHED].map((name, k) => [name, values[k]!]));
    const wants = formula({ lrScale: 1, decayScale: 1, mask: 1, ...named });
    const bounds = evalProgram(
      program,
      values.map((value) => ({ value, bound: 0 })),
    );
    outs.forEach((out, k) => {
      out.value[i] = wants[k]!;
      out.bound[i] = bounds[k]!.bound;
    });
  }
  if (!o.count) return outs;
  return [...outs, { value: Float64Array.of(io.at(-1)![0]! + 1), bound: new Float64Array(1) }];
};
