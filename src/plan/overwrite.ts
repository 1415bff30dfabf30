/**
 * Products and pointwise steps that store over what they read element by element: a hidden layer's derivative takes the place of its activations. Whatever
 * else reads the old value is moved before, where data flow allows. The same kernels on the same numbers: no bit changes.
 */
import { matmul } from '../../shaders/matmul';
import { pointwise } from '../../shaders/pointwise';
import { decodeProgram, encodeProgram } from '../../shaders/program';
import type { Step } from './lower';
import type { Buffer, Place } from './place';

/** Elements [from, to) of one replica's part of a buffer. */
interface Range {
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
  readonly written: boolean;
}
const rangesOf = (s: Step): readonly Range[] =>
  s.kernel.bindings(s.options).map((b, i) => ({
    buffer: s.args[i]!.buffer,
    from: s.args[i]!.offset,
    to: s.args[i]!.offset + b.size(s.dims),
    written: b.access !== 'read',
  }));
/** Whether two steps must keep their order. */
const bound = (a: Step, b: Step): boolean => {
  const theirs = rangesOf(b);
  return rangesOf(a).some((r) => theirs.some((q) => r.buffer === q.buffer && (r.written || q.written) && r.from < q.to && q.from < r.to));
};

/** Arguments of a step, by index: what it stores, and what it reads element by element and might store over; and the step that does. */
interface Pair {
  readonly result: number;
  readonly input: number;
  readonly over: () => Step;
}
const without = (s: Step, at: number): readonly Place[] => s.args.filter((_, i) => i !== at);

/** Where a product stores, and the first of what its epilogue reads. */
const [RESULT, FIRST_EXTRA] = [2, 3];
const pairsOfProduct = (s: Step): readonly Pair[] => {
  const program = decodeProgram(String(s.options['epilogue']));
  if (s.options['columnSums'] === true || program.outputs[0]!.inPlace !== undefined) return [];
  return program.inputs.flatMap(({ mode, dtype }, k): Pair[] => {
    if (k === 0 || mode !== 'full' || dtype !== 'f32') return [];
    const input = FIRST_EXTRA + k - 1;
    const epilogue = (): string => encodeProgram({ ...program, outputs: [{ ...program.outputs[0]!, inPlace: k }] });
    return [{ result: RESULT, input, over: () => ({ ...s, options: { ...s.options, epilogue: epilogue() }, args: without(s, input) }) }];
  });
};
const pairsOfPointwise = (s: Step): readonly Pair[] => {
  const program = decodeProgram(String(s.options['program']));
  const fresh = program.outputs.flatMap((o, k) => (o.inPlace === undefined ? [k] : []));
  return fresh.flatMap((k, j) =>
    program.inputs.flatMap(({ mode, dtype }, input): Pair[] => {
      if (mode !== 'full' || dtype !== program.outputs[k]!.dtype || program.outputs.some((o) => o.inPlace === input)) return [];
      const outputs = program.outputs.map((o, i) => (i === k ? { ...o, inPlace: input } : o));
      const result = program.inputs.length + j;
      return [
        {
          result,
          input,
          over: () => ({ ...s, options: { ...s.options, program: encodeProgram({ ...program, outputs }) }, args: without(s, result) }),
        },
      ];
    }),
  );
};
const pairsOf = (s: Step): readonly Pair[] =>
  s.kernel.name === matmul.name ? pairsOfProduct(s) : s.kernel.name === pointwise.name ? pairsOfPointwise(s) : [];

/** The steps with those after `at` that read `old` moved before it; undefined where one cannot be. */
const readersFirst = (steps: readonly Step[], at: number, old: Buffer): readonly Step[] | undefined => {
  const later = steps.slice(at + 1);
  const readers = later.filter((s) => s.args.some((a) => a.buffer === old));
  const movable = readers.every((r) => {
    const between = [steps[at]!, ...later.slice(0, later.indexOf(r))];
    return rangesOf(r).every((q) => q.buffer !== old || !q.written) && between.every((s) => readers.includes(s) || !bound(s, r));
  });
  return movable ? [...steps.slice(0, at), ...readers, steps[at]!, ...later.filter((s) => !readers.includes(s))] : undefined;
};

/** A step that finds in one buffer what was in another. */
const moved = (s: Step, from: Buffer, to: Buffer): Step => {
  const place = (a: Place): Place => (a.buffer === from ? { buffer: to, offset: a.offset } : a);
  return s.args.some((a) => a.buffer === from) ? { ...s, args: s.args.map(place) } : s;
};
/** The steps with `s` storing over one of its inputs, if it may over any. */
const overwriteIn = (steps: readonly Step[], s: Step, fixed: (b: Buffer) => boolean): readonly Step[] | undefined => {
  const free = (p: Place): boolean => !fixed(p.buffer) && p.offset === 0;
  for (const { result, input, over } of pairsOf(s)) {
    const [own, old] = [s.args[result]!, s.args[input]!];
    const alike =
      old.buffer.size === own.buffer.size && old.buffer.replicated === own.buffer.replicated && old.buffer.dtype === own.buffer.dtype;
    if (!free(own) || !free(old) || !alike || s.args.filter((a) => a.buffer === old.buffer).length > 1) continue;
    const order = readersFirst(steps, steps.indexOf(s), old.buffer);
    if (order) return order.map((t) => moved(t === s ? over() : t, own.buffer, old.buffer));
  }
  return undefined;
};

/** `fixed`: whether a buffer must keep its content or its place, as variables and results must. */
export const overwrite = (start: readonly Step[], fixed: (b: Buffer) => boolean): readonly Step[] => {
  let steps = start;
  for (let at = 0; at < steps.length; at++) {
    for (let next = overwriteIn(steps, steps[at]!, fixed); next; next = overwriteIn(steps, steps[at]!, fixed)) steps = next;
  }
  return steps;
};
