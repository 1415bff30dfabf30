/**
 * persistent: many whole steps of a sequence of kernels in one dispatch, one workgroup per replica, without leaving the GPU in between.
 *
 * Shapes   any: each phase is a kernel with its options and dims, for one replica. All operands lie in one buffer, in sections; an operand is a
 *          section, an offset and a replica stride in elements. Uniform `launch`: steps to run; whether private sections are to be loaded; 0.
 * Method   the kernels' own code, each as a function. Its invocations are taken in turn by those of the workgroup; a barrier stands before each
 *          phase that touches what was written, or writes what was touched, since the last one. Dims are literals; where arithmetic on floats uses one,
 *          `launch.zero` is added, lest a compiler multiply by a reciprocal.
 * Sections of vec4 where no kernel stores single elements there, else of scalars, from which vec4s are put together: a store to one component of
 *          a vec4 may touch its neighbours. Where kernels disagree on f32 or u32, words are reinterpreted.
 * Private  a section that all replicas share and a phase writes: each replica works on a part of its own, loaded from the section `load` where the
 *          launch says so; the first replica's part goes to the section `store` at the end.
 * Numerics the kernels', in their order: the same bits, unless a compiler contracts an expression otherwise in other surroundings. Compare before use.
 * Oracle   the kernels' own, one after another.
 */
import { past, solid, storedTo, tokensOf, withoutComments } from './wgslText';
import type { Dims, Kernel, Options } from './kernel';

/** Offset and stride are multiples of 4 wherever a kernel binds vec4. */
export interface Operand {
  readonly section: number;
  readonly offset: number;
  readonly stride: number;
}
export interface Phase {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  readonly args: readonly Operand[];
}
/** `size`: elements, a multiple of 4. */
export interface Section {
  readonly size: number;
}
export interface Private {
  readonly section: number;
  readonly stride: number;
  readonly load: number;
  readonly store: number;
}
export interface PersistentProgram {
  readonly phases: readonly Phase[];
  readonly sections: readonly Section[];
  readonly privates: readonly Private[];
}

type Word = 'f32' | 'u32';
interface Layout {
  readonly word: Word;
  readonly vec4: boolean;
}
interface Access extends Layout {
  readonly name: string;
  readonly stores: boolean;
  readonly at: Operand;
  readonly end: number;
}
interface Parsed {
  readonly phase: Phase;
  readonly before: string;
  readonly body: string;
  readonly params: readonly (readonly [string, string])[];
  readonly size: readonly [number, number];
  readonly accesses: readonly Access[];
}

const BINDING = /@group\(0\) @binding\((\d+)\) var<storage, read(?:_write)?> (\w+): array<(vec4<)?(f32|u32)>?>;/g;
const DIMS = /struct Dims \{[^}]*\}\s*@group\(0\) @binding\(0\) var<uniform> dims: Dims;/;
const MAIN = /@compute @workgroup_size\((\d+)(?:, (\d+))?\)\s*fn main\(([\s\S]*?)\) \{/;
const PARAMETER = /@builtin\((\w+)\) (\w+): \w+/g;
const MODULE_NAME = /(?:^|\n)\s*(?:fn|struct|alias|const) (\w+)/g;

const parse = (phase: Phase): Parsed => {
  const code = withoutComments(phase.kernel.code(phase.options));
  const declared = [...code.matchAll(BINDING)];
  const bare = code.replaceAll(BINDING, '').replace(DIMS, '').replace('enable subgroups;', '');
  const main = MAIN.exec(bare)!;
  const [before, body] = [bare.slice(0, main.index), bare.slice(main.index + main[0].length)];
  const bindings = phase.kernel.bindings(phase.options);
  const tokens = tokensOf(body);
  const accesses = declared.map(([, binding, name, vec4, word]): Access => {
    const at = phase.args[Number(binding) - 1]!;
    const stores = tokens.some((t, i) => t === name && tokens[i + 1] === '[' && storedTo(tokens, past(tokens, i + 1)) !== undefined);
    return {
      name: name!,
      word: word as Word,
      vec4: vec4 !== undefined,
      stores,
      at,
      end: at.offset + bindings[Number(binding) - 1]!.size(phase.dims),
    };
  });
  return {
    phase,
    before,
    body,
    accesses,
    size: [Number(main[1]), Number(main[2] ?? 1)],
    params: [...main[3]!.matchAll(PARAMETER)].map(([, builtin, name]) => [builtin!, name!] as const),
  };
};

/** Whether a kernel can be a phase: nothing in it waits for others of its workgroup, and only its entry point touches its operands. */
export const canPersist = (kernel: Kernel, options: Options): boolean => {
  const code = withoutComments(kernel.code(options));
  if (/var<workgroup>|var<private>|Barrier\(/.test(code)) return false;
  const head = tokensOf(code.slice(0, MAIN.exec(code)!.index).replaceAll(BINDING, '').replace(DIMS, ''));
  const names = new Set([...code.matchAll(BINDING)].map((m) => m[2]!));
  return !head.some((t, i) => names.has(t) && head[i + 1] === '[');
};

const layoutsOf = (parsed: readonly Parsed[], { sections, privates }: PersistentProgram): readonly Layout[] => {
  const all = parsed.flatMap((p) => p.accesses);
  const layouts = sections.map((_, s): Layout => {
    const uses = all.filter((a) => a.at.section === s);
    const scalar = uses.some((a) => (a.stores && !a.vec4) || a.at.offset % 4 !== 0 || a.at.stride % 4 !== 0);
    return { word: new Set(uses.map((a) => a.word)).size === 1 ? uses[0]!.word : 'u32', vec4: !scalar };
  });
  for (const p of privates) layouts[p.load] = layouts[p.store] = layouts[p.section]!;
  return layouts;
};

const typeOf = ({ word, vec4 }: Layout): string => (vec4 ? `vec4<${word}>` : word);
const cast = (to: Layout, from: Layout, value: string): string => (to.word === from.word ? value : `bitcast<${typeOf(to)}>(${value})`);

/** Functions that take a section's vec4s apart, or put them together from its scalars. */
const helpers = (s: number, l: Layout): string =>
  l.vec4
    ? `fn element_${s}(i: u32) -> ${l.word} { return arena.s${s}[i / 4u][i % 4u]; }`
    : `fn load_${s}(i: u32) -> vec4<${l.word}> { let j = 4u * i; return vec4<${l.word}>(arena.s${s}[j], arena.s${s}[j + 1u], arena.s${s}[j + 2u], arena.s${s}[j + 3u]); }
fn store_${s}(i: u32, v: vec4<${l.word}>) { let j = 4u * i; arena.s${s}[j] = v.x; arena.s${s}[j + 1u] = v.y; arena.s${s}[j + 2u] = v.z; arena.s${s}[j + 3u] = v.w; }`;

const load = (a: Access, l: Layout, i: string): string => {
  const s = a.at.section;
  const raw = a.vec4 === l.vec4 ? `arena.s${s}[${i}]` : a.vec4 ? `load_${s}(${i})` : `element_${s}(${i})`;
  return cast(a, { ...l, vec4: a.vec4 }, raw);
};
const store = (a: Access, l: Layout, i: string, value: string): string => {
  const s = a.at.section;
  const word = cast({ ...l, vec4: a.vec4 }, a, value);
  return a.vec4 === l.vec4 ? `arena.s${s}[${i}] = ${word};` : `store_${s}(${i}, ${word});`;
};

/** A kernel's text with dims as literals, accesses to its bindings as accesses to sections, and its module's names its own. */
const rewrite = (text: string, parsed: Parsed, layouts: readonly Layout[], own: (name: string) => string | undefined): string => {
  const {
    phase: { dims },
    accesses,
  } = parsed;
  const go = (tokens: readonly string[]): string => {
    let out = '';
    for (let i = 0; i < tokens.length; i++) {
      const t = tokens[i]!;
      const access = tokens[i + 1] === '[' && tokens[i - 1] !== '.' ? accesses.find((a) => a.name === t) : undefined;
      if (t === 'dims' && tokens[i + 1] === '.') {
        const field = tokens[i + 2]!;
        const literal = `${field === 'R' ? 1 : field.startsWith('rs_') ? 0 : dims[field]!}u`;
        out += tokens[i - 2] === 'f32' && tokens[i - 1] === '(' ? `(${literal} + launch.zero)` : literal;
        i += 2;
      } else if (access) {
        const end = past(tokens, i + 1);
        const layout = layouts[access.at.section]!;
        const index = `operand_${t} + (${go(tokens.slice(i + 2, end - 1))})`;
        const assigned = storedTo(tokens, end);
        if (assigned) {
          const stop = tokens.indexOf(';', assigned.at);
          const value = go(tokens.slice(solid(tokens, assigned.at), stop));
          out += store(access, layout, index, assigned.operator ? `${load(access, layout, index)} ${assigned.operator} (${value})` : value);
          i = stop;
        } else {
          out += load(access, layout, index);
          i = end - 1;
        }
      } else out += (tokens[i - 1] !== '.' && own(t)) || t;
    }
    return out;
  };
  return go(tokensOf(text));
};

/** A phase as functions: the kernel's entry point, and a loop over all its invocations. */
const phaseCode = (parsed: Parsed, k: number, layouts: readonly Layout[], workgroup: number): string => {
  const {
    phase: { kernel, dims, options },
    before,
    body,
    params,
    size: [x, y],
    accesses,
  } = parsed;
  const names = new Set([...before.matchAll(MODULE_NAME)].map((m) => m[1]!));
  const own = (name: string): string | undefined => (names.has(name) ? `k${k}_${name}` : undefined);
  const [across, down, deep] = kernel.workgroups(dims, options, 1);
  const each = x * y;
  const values: Readonly<Record<string, readonly [type: string, value: string]>> = {
    workgroup_id: ['vec3u', `vec3u(group % ${across}u, group / ${across}u % ${down}u, group / ${across * down}u)`],
    local_invocation_id: ['vec3u', `vec3u(local % ${x}u, local / ${x}u, 0u)`],
    local_invocation_index: ['u32', 'local'],
    global_invocation_id: [
      'vec3u',
      `vec3u(group % ${across}u * ${x}u + local % ${x}u, group / ${across}u % ${down}u * ${y}u + local / ${x}u, group / ${across * down}u)`,
    ],
  };
  // The last brace of the body closes the entry point.
  return `${rewrite(before, parsed, layouts, own)}
fn k${k}_main(${params.map(([builtin, name]) => `${name}: ${values[builtin]![0]}`).join(', ')}, me: u32) {
${accesses.map((a) => `let operand_${a.name} = ${a.at.offset / (a.vec4 ? 4 : 1)}u + me * ${a.at.stride / (a.vec4 ? 4 : 1)}u;`).join('\n')}
${rewrite(body, parsed, layouts, own)}
fn phase_${k}(me: u32, thread: u32) {
  for (var t = thread; t < ${across * down * deep * each}u; t += ${workgroup}u) {
    let group = t / ${each}u;
    let local = t % ${each}u;
    k${k}_main(${params.map(([builtin]) => values[builtin]![1]).join(', ')}, me);
  }
}`;
};

/** For each phase, whether a barrier must stand before it, others than the one at the start of each step. */
const barriers = (parsed: readonly Parsed[]): readonly boolean[] => {
  let since: Access[] = [];
  return parsed.map(({ accesses }) => {
    const meets = (a: Access): boolean =>
      since.some((b) => a.at.section === b.at.section && (a.stores || b.stores) && a.at.offset < b.end && b.at.offset < a.end);
    const needed = accesses.some(meets);
    since = needed ? [...accesses] : [...since, ...accesses];
    return needed;
  });
};

/** Byte offsets of the sections in the buffer, and its size. */
export const sectionOffsets = (sections: readonly Section[]): { readonly offsets: readonly number[]; readonly bytes: number } => {
  const offsets: number[] = [];
  const bytes = sections.reduce((at, { size }) => {
    offsets.push(at);
    return at + 4 * size;
  }, 0);
  return { offsets, bytes };
};

/** `workgroup`: invocations of a workgroup, a multiple of 4. Bindings: 0 the uniform launch, 1 the buffer of all sections. One workgroup per replica, along x. */
export const persistentCode = (program: PersistentProgram, workgroup: number): string => {
  const parsed = program.phases.map(parse);
  const layouts = layoutsOf(parsed, program);
  const units = (p: Private, layout: Layout): readonly [string, number] => [
    `me * ${p.stride / (layout.vec4 ? 4 : 1)}u + i`,
    program.sections[p.load]!.size / (layout.vec4 ? 4 : 1),
  ];
  const copies = (line: (p: Private, at: string) => string): string =>
    program.privates
      .map((p) => {
        const [at, n] = units(p, layouts[p.section]!);
        return `for (var i = thread; i < ${n}u; i += ${workgroup}u) { ${line(p, at)} }`;
      })
      .join('\n    ');
  const stands = barriers(parsed);
  // Quads stay together: a kernel's own workgroups have whole ones, and so has this one.
  return `${program.phases.some((p) => p.kernel.needs?.includes('subgroups')) ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);' : ''}
struct Arena { ${layouts.map((l, s) => `s${s}: array<${typeOf(l)}, ${program.sections[s]!.size / (l.vec4 ? 4 : 1)}>`).join(', ')} }
struct Launch { steps: u32, load: u32, zero: u32 }
@group(0) @binding(0) var<uniform> launch: Launch;
@group(0) @binding(1) var<storage, read_write> arena: Arena;
${layouts.map((l, s) => helpers(s, l)).join('\n')}
${parsed.map((p, k) => phaseCode(p, k, layouts, workgroup)).join('\n')}
@compute @workgroup_size(${workgroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let me = group.x;
  if (launch.load == 1u) {
    ${copies((p, at) => `arena.s${p.section}[${at}] = arena.s${p.load}[i];`)}
  }
  for (var step = 0u; step < launch.steps; step++) {
    storageBarrier();
    ${parsed.map((_, k) => `${stands[k] ? 'storageBarrier();\n    ' : ''}phase_${k}(me, thread);`).join('\n    ')}
  }
  storageBarrier();
  if (me == 0u) {
    ${copies((p, at) => `arena.s${p.store}[i] = arena.s${p.section}[${at}];`)}
  }
}`;
};
