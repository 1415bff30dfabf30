/** Every kernel as a phase of a persistent program gives the bits that it gives by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelByName, ORACLES } from '../../shaders/index';
import type { Dims, DType, Kernel, Options, Oracle } from '../../shaders/kernel';
import { canPersist, type Operand } from '../../shaders/persistent';
import { encodeProgram, IDENTITY, type Program } from '../../shaders/program';
import { past, storedTo, tokensOf } from '../../shaders/wgslText';
import { stream } from '../core/random';
import type { Plan, PlanDispatch, PlanTensor, Slot } from '../plan/plan';
import { persistentForm } from '../plan/persistent';
import { acquire, type Acquired } from './device';
import { covering, EVERY_ADAPTER, runsOn, servedSets } from './kernelCheckCases';
import { Arena, compileForm } from './persistent';
import { PipelineCache } from './pipelines';
import { prepare } from './program';
import { Scheduler } from './scheduler';

let on: Acquired;
let shared: { readonly pipelines: PipelineCache; readonly scheduler: Scheduler };
beforeAll(async () => {
  on = await acquire();
  shared = { pipelines: new PipelineCache(on.device), scheduler: new Scheduler(on.device) };
});
afterAll(() => on.device.destroy());

interface Call {
  readonly kernel: Kernel;
  readonly options: Options;
  readonly dims: Dims;
  readonly slots: readonly number[];
}
/** A plan of these calls over variables, one a slot, each replica with its own; sizes are the largest that a call reaches. */
const planOf = (calls: readonly Call[], replicas: number): Plan => {
  const sizes = new Map<number, { size: number; dtype: DType; written: boolean }>();
  for (const { kernel, options, dims, slots } of calls)
    kernel.bindings(options).forEach((b, i) => {
      const known = sizes.get(slots[i]!);
      sizes.set(slots[i]!, {
        size: Math.max(known?.size ?? 0, 4 * Math.ceil(b.size(dims) / 4)),
        dtype: b.dtype,
        written: known?.written === true || b.access !== 'read',
      });
    });
  const slots = [...sizes]
    .toSorted(([a], [b]) => a - b)
    .map(([id, { size, dtype }]): Slot => ({ id, variable: `v${id}`, dtype, size, replicas }));
  const dispatches = calls.map(({ kernel, options, dims, slots: at }): PlanDispatch => ({
    kernel: kernel.name,
    options,
    dims,
    args: at.map((slot) => ({ slot, offset: 0, stride: sizes.get(slot)!.size })),
    replicas,
    writes: [],
    flops: 1,
    bytes: 1,
  }));
  const variables = Object.fromEntries(
    slots.map((s) => [
      s.variable!,
      { slot: s.id, offset: 0, stride: s.size, shape: [s.size], dtype: s.dtype, replicas } satisfies Operand | PlanTensor,
    ]),
  );
  return {
    name: 'calls',
    replicas,
    slots,
    dispatches,
    outputs: {},
    variables: variables as Plan['variables'],
    updated: [...sizes].filter(([, s]) => s.written).map(([id]) => `v${id}`),
    leastBytes: 0,
  };
};

/** The words of all variables after one step, by itself and as phases of one dispatch, from the same values. */
const bothWays = async (p: Plan, values: (slot: Slot) => Uint32Array): Promise<readonly [Uint32Array[], Uint32Array[]]> => {
  const { scheduler } = shared;
  const program = await prepare(
    on.device,
    shared.pipelines,
    { p },
    { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27, budget: 2 ** 28 },
  );
  const form = persistentForm(p)!;
  const by = (await compileForm(on.device, form, 8))!;
  const arena = (await Arena.make(on.device, form, p.replicas, (v) => program.variables.get(v)!.buffer))!;
  const fill = (): void => {
    for (const s of p.slots)
      on.device.queue.writeBuffer(program.variables.get(s.variable!)!.buffer, 0, values(s) as Uint32Array<ArrayBuffer>);
  };
  const words = async (): Promise<Uint32Array[]> => {
    const found: Uint32Array[] = [];
    for (const s of p.slots)
      found.push(new Uint32Array(await scheduler.read(program.variables.get(s.variable!)!.buffer, 4 * s.size * s.replicas)));
    return found;
  };
  fill();
  scheduler.submit([program.ready.get('p')!], []);
  const alone = await words();
  fill();
  scheduler.submit([arena.leap(by, 1)], []);
  const together = await words();
  scheduler.check();
  arena.destroy();
  program.destroy();
  return [alone, together];
};

const valuesFor =
  ({ kernel, input }: Oracle, o: Options, d: Dims) =>
  (s: Slot): Uint32Array => {
    const b = kernel.bindings(o)[s.id]!;
    const { uniform } = stream(7, s.id);
    let drawn = 0;
    const real = (): number => 2 * uniform(drawn++) - 1;
    const words = new Uint32Array(s.size * s.replicas);
    const view = s.dtype === 'f32' ? new Float32Array(words.buffer) : words;
    const size = b.size(d);
    for (let r = 0; r < s.replicas; r++)
      view.set(
        input?.(b.name, size, d, real) ??
          Float64Array.from({ length: size }, () => (s.dtype === 'u32' ? Math.floor(4 * uniform(drawn++)) : real())),
        r * s.size,
      );
    return words;
  };

/** A kernel on the second largest of its oracle's cases, each operand by itself. */
const single = ({ kernel, cases }: Oracle, options: Options): Call => {
  const served = cases
    .filter((d) => kernel.valid?.(d, options) !== false)
    .toSorted((a, b) => kernel.flops(a, options) - kernel.flops(b, options));
  return { kernel, options, dims: served.at(-2) ?? served[0]!, slots: kernel.bindings(options).map((_, i) => i) };
};

describe('as a phase', () => {
  const alone = ORACLES.map((o) => ({
    oracle: o,
    name: o.kernel.name,
    sets: (Object.keys(o.kernel.options).length > 0 ? covering(servedSets(o, EVERY_ADAPTER), 1) : servedSets(o, EVERY_ADAPTER)).filter(
      (set) => persistentForm(planOf([single(o, set)], 1)),
    ),
  }));
  it('every kernel can serve whose threads do not wait for each other', () => {
    expect(alone.filter((a) => a.sets.length === 0).map((a) => a.name)).toEqual(['matmulBroadcast', 'matmulShared']);
    expect(canPersist(kernelByName('reduce'), { op: 'sum', variant: 'workgroup', vec: 'none', epilogue: IDENTITY })).toBe(false);
  });
  it.each(alone.filter((a) => a.sets.length > 0))('$name has its own bits', async ({ oracle, sets }) => {
    if (!runsOn(oracle.kernel, on.device.features)) throw new Error(`this adapter lacks what ${oracle.kernel.name} needs`);
    for (const options of sets) {
      const call = single(oracle, options);
      const [want, got] = await bothWays(planOf([call], 2), valuesFor(oracle, options, call.dims));
      expect(got, JSON.stringify({ options, dims: call.dims })).toEqual(want);
    }
  });
  it('reads by fours what another stored one by one, and the other way round', async () => {
    const twice: Program = { inputs: [{ dtype: 'f32', mode: 'full' }], body: [['add', 0, 0]], outputs: [{ value: 1, dtype: 'f32' }] };
    const inPlace: Program = {
      inputs: [{ dtype: 'f32', mode: 'full' }],
      body: [['square', 0]],
      outputs: [{ value: 1, dtype: 'f32', inPlace: 0 }],
    };
    const pointwise = kernelByName('pointwise');
    const call = (program: Program, vec4: boolean, slots: readonly number[]): Call => ({
      kernel: pointwise,
      options: { program: encodeProgram(program), vec4 },
      dims: { n: 20, cols: 20 },
      slots,
    });
    const p = planOf(
      [
        call(twice, true, [0, 1]),
        call(inPlace, false, [1]),
        call(twice, true, [1, 2]),
        call(inPlace, true, [1]),
        call(twice, false, [2, 3]),
      ],
      3,
    );
    const start = Float32Array.from({ length: 60 }, (_, i) => i - 30);
    const [want, got] = await bothWays(p, (s) => (s.id === 0 ? new Uint32Array(start.buffer.slice(0)) : new Uint32Array(60)));
    expect(got).toEqual(want);
    expect([...new Float32Array(got[3]!.buffer)]).toEqual([...start].map((x) => 4 * (2 * x) ** 2));
  });
});

describe('a kernel’s text', () => {
  it('is taken apart at assignments and brackets', () => {
    const tokens = tokensOf('out[a[i] + 1u] += x[2u];');
    const end = past(tokens, 1);
    expect(tokens.slice(0, end).join('')).toBe('out[a[i] + 1u]');
    expect(storedTo(tokens, end)).toEqual({ operator: '+', at: tokens.indexOf('=') + 1 });
    expect(storedTo(tokensOf('x[i] == y'), 4)).toBeUndefined();
    expect(storedTo(tokensOf('x[i] + y'), 4)).toBeUndefined();
    expect(storedTo(tokensOf('x[i] = y'), 4)).toEqual({ operator: '', at: 6 });
    expect(() => past(tokensOf('x[i'), 1)).toThrow(RangeError);
  });
});
