/**
 * Plan → the program of its persistent form: every slot a section of one buffer, every dispatch a phase. For small models, whose steps take less time
 * than their dispatches: one workgroup runs a replica's steps, so what one workgroup can do in that time is the limit.
 */
import { kernelByName } from '../../shaders/index';
import type { Binding } from '../../shaders/kernel';
import { matmul, type Tile } from '../../shaders/matmul';
import { matmulBroadcast } from '../../shaders/matmulBroadcast';
import { matmulQuad } from '../../shaders/matmulQuad';
import {
  canPersist,
  persistentCode,
  sectionOffsets,
  type PersistentProgram,
  type Phase,
  type Private,
  type Section,
} from '../../shaders/persistent';
import { fnv1a } from '../core/hash';
import type { Plan, PlanDispatch } from './plan';

/** Where a variable lies in the buffer: copied there before a launch and, where the plan updates it, back after it. */
export interface Carried {
  readonly variable: string;
  readonly load: number;
  readonly store: number | undefined;
  readonly bytes: number;
}
export interface PersistentForm {
  readonly program: PersistentProgram;
  readonly carried: readonly Carried[];
  readonly bytes: number;
  /** WGSL for a workgroup of so many invocations. */
  readonly code: (workgroup: number) => string;
  /** Of the plan, its replicas and its code: two plans of one key have the same form. */
  readonly key: string;
}

/** Floating-point operations of a replica's step, at most: a workgroup does some 10⁷ in the time of a step's dispatches. */
const MOST_FLOPS = 2 ** 24;
/** And of all replicas' steps together: each takes a workgroup, of which slow GPUs run few at a time, and what lasts for seconds is ended. */
const MOST_TOTAL = 2 ** 30;
/** The code grows with the dispatches, and compiling it with the code. */
const MOST_DISPATCHES = 64;

const four = (n: number): number => 4 * Math.ceil(n / 4);
const bindingsOf = (d: PlanDispatch): readonly Binding[] => kernelByName(d.kernel).bindings(d.options);

/** Which slots are written, and how many elements of each one replica reaches. */
const usesOf = (p: Plan): { readonly written: ReadonlySet<number>; readonly reach: ReadonlyMap<number, number> } => {
  const written = new Set<number>();
  const reach = new Map<number, number>();
  for (const d of p.dispatches)
    bindingsOf(d).forEach((b, i) => {
      const { slot, offset } = d.args[i]!;
      if (b.access !== 'read') written.add(slot);
      reach.set(slot, Math.max(reach.get(slot) ?? 0, offset + b.size(d.dims)));
    });
  return { written, reach };
};

/**
 * The dispatch as a phase: products by the small tile that wastes no invocations, whose bits are those of the others. Undefined where a workgroup cannot
 * take it in turn, or compiling it may take minutes: SwiftShader, the adapter that has quads, does so for 64 branches in a loop.
 */
const phaseOf = (d: PlanDispatch): PlanDispatch | undefined => {
  if (d.kernel === matmulBroadcast.name || (d.kernel === matmulQuad.name && d.options['vecC'] === false)) return undefined;
  const small = d.kernel === matmul.name ? { ...d, options: { ...d.options, tile: '4x4flat' satisfies Tile } } : d;
  return canPersist(kernelByName(small.kernel), small.options) ? small : undefined;
};

/**
 * Undefined where the plan has none: too large a model, or a kernel that a workgroup cannot take in turn. Workgroups do not wait for each other, so no
 * replica may write where another reads: intermediate values, and what all replicas share and a dispatch writes, have a part for each replica.
 */
export const persistentForm = (p: Plan): PersistentForm | undefined => {
  const flops = p.dispatches.reduce((sum, d) => sum + d.flops / d.replicas, 0);
  if (flops > MOST_FLOPS || flops * p.replicas > MOST_TOTAL || p.dispatches.length > MOST_DISPATCHES || p.dispatches.length === 0)
    return undefined;
  const dispatches = p.dispatches.flatMap((d) => phaseOf(d) ?? []);
  if (dispatches.length < p.dispatches.length) return undefined;
  const { written, reach } = usesOf(p);
  if (!p.slots.some((s) => s.variable !== undefined && written.has(s.id))) return undefined; // nothing would remain of its steps
  const own = new Map(
    p.slots.flatMap((s): [number, number][] => {
      if (s.variable === undefined) return [[s.id, four(reach.get(s.id) ?? 0)]];
      return p.replicas > 1 && s.replicas === 1 && written.has(s.id) ? [[s.id, four(s.size)]] : [];
    }),
  );
  const sections: Section[] = p.slots.map((s) => ({
    size: Math.max(4, own.has(s.id) ? p.replicas * own.get(s.id)! : four(s.size * s.replicas)),
  }));
  const add = (size: number): number => sections.push({ size }) - 1;
  const privates = p.slots.flatMap((s): Private[] =>
    s.variable !== undefined && own.has(s.id)
      ? [{ section: s.id, stride: four(s.size), load: add(four(s.size)), store: add(four(s.size)) }]
      : [],
  );
  const phases = dispatches.map((d): Phase => ({
    kernel: kernelByName(d.kernel),
    options: d.options,
    dims: d.dims,
    args: d.args.map(({ slot, offset, stride }) => ({ section: slot, offset, stride: own.get(slot) ?? stride })),
  }));
  const program = { phases, sections, privates };
  const { offsets, bytes } = sectionOffsets(sections);
  const carried = p.slots.flatMap((s): Carried[] => {
    if (s.variable === undefined) return [];
    const apart = privates.find((q) => q.section === s.id);
    return [
      {
        variable: s.variable,
        load: offsets[apart?.load ?? s.id]!,
        store: written.has(s.id) ? offsets[apart?.store ?? s.id] : undefined,
        bytes: 4 * s.size * s.replicas,
      },
    ];
  });
  const code = (workgroup: number): string => persistentCode(program, workgroup);
  return { program, carried, bytes, code, key: `${fnv1a(code(4))} ×${p.replicas}` };
};
