/**
 * recordSums: appends k scalars to a ring, each a scaled sum of a vector: ring[(counter mod slots)·k + j] = scale_j · Σ x_j, in place. A mean over
 * examples is recorded where it is summed, without a dispatch of its own; a scalar is a vector of one.
 *
 * Shapes   counter [1] u32, ring [slots·k] f32, x<j> [n_j] f32. `terms`: JSON of [n_j, scale_j] for each j. The other rows of the ring stay as they are.
 * Numerics sums in a fixed order: |ŝ − s| ≤ γ(n − 1)·Σ|x|, then one product where the scale is not 1. A vector of one with scale 1 is copied.
 * Tiles    one thread per sum, four or sixteen elements a step: for vectors of at most a few thousand.
 * Oracle   recordSums.ref.ts
 */
import { prologue, wgsl, type Binding, type Kernel } from './kernel';

export type RecordSumsDims = 'slots';
export type RecordSumsOptions = { terms: string };
export interface Term {
  readonly n: number;
  readonly scale: number;
}

export const encodeTerms = (terms: readonly Term[]): string => JSON.stringify(terms.map(({ n, scale }) => [n, Math.fround(scale)]));
export const decodeTerms = (text: string): readonly Term[] => (JSON.parse(text) as [number, number][]).map(([n, scale]) => ({ n, scale }));

const byFours = ({ n }: Term): boolean => n % 4 === 0;
const bindings = ({ terms }: RecordSumsOptions): readonly Binding<RecordSumsDims>[] => {
  const list = decodeTerms(terms);
  return [
    { name: 'counter', dtype: 'u32', access: 'read', size: () => 1 },
    { name: 'ring', dtype: 'f32', access: 'readwrite', size: ({ slots }) => list.length * slots },
    ...list.map((t, j): Binding<RecordSumsDims> => ({ name: `x${j}`, dtype: 'f32', access: 'read', size: () => t.n, vec4: byFours(t) })),
  ];
};

/** Statements that leave the sum of x<j> in `total`; four loads to one write of it. */
const sumCode = (t: Term, j: number): string => {
  const [width, zero] = byFours(t) ? [4, 'vec4f()'] : [1, '0.0'];
  const loads = t.n / width;
  const at = (i: string): string => `x${j}[base + ${i}]`;
  return `let base = replica * dims.rs_x${j} / ${width}u;
    var part = ${zero};
    var i = 0u;
    for (; i + 4u <= ${loads}u; i += 4u) { part += (${at('i')} + ${at('i + 1u')}) + (${at('i + 2u')} + ${at('i + 3u')}); }
    for (; i < ${loads}u; i++) { part += ${at('i')}; }
    let total = ${width === 4 ? '(part.x + part.y) + (part.z + part.w)' : 'part'};`;
};
const recordCode = (t: Term, j: number, k: number): string => `if (id.x == ${j}u) {
    ${t.n === 1 ? `let total = x${j}[replica * dims.rs_x${j}];` : sumCode(t, j)}
    ring[replica * dims.rs_ring + row * ${k}u + ${j}u] = total${t.scale === 1 ? '' : ` * bitcast<f32>(${new Uint32Array(Float32Array.of(t.scale).buffer)[0]!}u)`};
  }`;

/** Of one sum, of six, and of a count that divides by nothing. */
const SETS = [
  [{ n: 1, scale: 1 }],
  [{ n: 256, scale: 1 / 256 }],
  [
    { n: 1, scale: 1 },
    { n: 37, scale: 1 / 3 },
    { n: 8, scale: -2 },
    { n: 4, scale: 1 },
    { n: 1, scale: 0.5 },
    { n: 1000, scale: 0.125 },
  ],
];

export const recordSums: Kernel<RecordSumsDims, RecordSumsOptions> = {
  name: 'recordSums',
  dims: ['slots'],
  options: { terms: SETS.map(encodeTerms) },
  bindings,
  workgroups: (_, __, R) => [1, 1, R],
  flops: (_, { terms }) => decodeTerms(terms).reduce((sum, { n }) => sum + n, 0),
  code: (o) => {
    const terms = decodeTerms(o.terms);
    return wgsl`${prologue(['slots'], bindings(o))}

@compute @workgroup_size(${Math.max(4, terms.length)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let replica = id.z;
  let row = counter[replica * dims.rs_counter] % dims.slots;
  ${terms.map((t, j) => recordCode(t, j, terms.length)).join('\n  ')}
}`;
  },
};
