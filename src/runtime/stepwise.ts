/**
 * Holds the GPU's run of a plan against the oracles, with a bound that needs no guess about how errors grow from dispatch to dispatch.
 *
 * The plan is cut into plans of one dispatch each, over the same slots, and run dispatch by dispatch. After each one, everything it
 * could write is read back. The oracle is evaluated on the very bits that the GPU had as inputs, so its error bound for this one
 * dispatch applies, for every replica. Words outside the written bindings must not have changed. The uncut plan then runs in a
 * session of its own and must give the same bits, as the same kernels on the same inputs do.
 */
import { oracleOf } from '../../shaders/index';
import { allowed, type Binding } from '../../shaders/kernel';
import { sizeOf } from '../core/shape';
import { planBytes, printPlan, type Plan, type PlanDispatch, type PlanTensor } from '../plan/index';
import type { Executor, HostArray } from './executor';

/** By variable. */
export type Values = Readonly<Record<string, HostArray>>;
export interface Agreement {
  /** Elements compared with a bound, and the largest error/bound among those whose bound is positive. */
  readonly checked: number;
  readonly worst: number;
  /** What was wrong; where there is anything, the plan comes last. */
  readonly failures: readonly string[];
}

type Words = Uint32Array<ArrayBuffer>;
const slotName = (k: number): string => `slot ${k}`;
/** A slot as a variable of raw words, all replicas in one. */
const rawTensor = (plan: Plan, k: number): PlanTensor => {
  const { size, replicas } = plan.slots[k]!;
  return { slot: k, offset: 0, stride: 0, shape: [size * replicas], dtype: 'u32', replicas: 1 };
};
/** One plan per dispatch; its outputs are the slots that it touches. */
const cut = (plan: Plan): Readonly<Record<string, Plan>> => {
  const slots = plan.slots.map(({ id, size, replicas }) => ({
    id,
    dtype: 'u32' as const,
    size: size * replicas,
    replicas: 1,
    variable: slotName(id),
  }));
  const variables = Object.fromEntries(slots.map(({ id }) => [slotName(id), rawTensor(plan, id)]));
  return Object.fromEntries(
    plan.dispatches.map((d, i) => {
      const outputs = Object.fromEntries([...new Set(d.args.map((a) => a.slot))].map((k) => [String(k), rawTensor(plan, k)]));
      return [
        String(i),
        {
          name: `${plan.name} ${i}`,
          replicas: plan.replicas,
          slots,
          dispatches: [d],
          outputs,
          variables,
          updated: [],
          leastBytes: planBytes(plan),
        } satisfies Plan,
      ];
    }),
  );
};

/** The bits of a variable's slot, replicas filled in, f32 rounded. */
const bitsOf = (t: PlanTensor, data: Values[string]): Words => {
  const length = sizeOf(t.shape) * t.replicas;
  const out = t.dtype === 'u32' ? new Uint32Array(length) : new Float32Array(length);
  for (let at = 0; at < length; at += data.length) out.set(data, at);
  return new Uint32Array(out.buffer);
};
const numbers = (words: Words, dtype: Binding['dtype']): Float64Array =>
  Float64Array.from(dtype === 'u32' ? words : new Float32Array(words.buffer, words.byteOffset, words.length));

class Checker {
  checked = 0;
  worst = 0;
  readonly failures: string[] = [];

  /** `before` and `after`: words of the slots the dispatch touches. */
  dispatch(d: PlanDispatch, before: ReadonlyMap<number, Words>, after: ReadonlyMap<number, Words>): void {
    const { kernel, eval: evaluate } = oracleOf(d.kernel);
    const bindings = kernel.bindings(d.options);
    const untouched = new Map([...after].map(([k, words]) => [k, new Uint8Array(words.length).fill(1)]));
    for (let r = 0; r < d.replicas; r++) {
      const part = (i: number, words: ReadonlyMap<number, Words>): Words => {
        const { slot, offset, stride } = d.args[i]!;
        return words.get(slot)!.subarray(offset + r * stride, offset + r * stride + bindings[i]!.size(d.dims));
      };
      const wants = evaluate(
        bindings.map((b, i) => numbers(part(i, before), b.dtype)),
        d.dims,
        d.options,
      );
      let k = 0;
      bindings.forEach((b, i) => {
        if (b.access === 'read') return;
        const { slot, offset, stride } = d.args[i]!;
        untouched.get(slot)!.fill(0, offset + r * stride, offset + r * stride + b.size(d.dims));
        this.compare(numbers(part(i, after), b.dtype), wants[k++]!, `${kernel.name} → ${d.writes.join(', ')} replica ${r}, ${b.name}`);
      });
    }
    for (const [slot, flags] of untouched)
      flags.forEach((flag, at) => {
        const changed = before.get(slot)![at] !== after.get(slot)![at];
        if (flag === 1 && changed)
          this.failures.push(`${kernel.name} → ${d.writes.join(', ')} changed word ${at} of slot ${slot}, which is not its own`);
      });
  }

  private compare(
    got: Float64Array,
    { value, bound }: { readonly value: Float64Array; readonly bound: Float64Array },
    where: string,
  ): void {
    value.forEach((want, i) => {
      const error = Math.abs(got[i]! - want);
      this.checked++;
      if (allowed(got[i]!, want, bound[i]!)) {
        if (bound[i]! > 0 && Number.isFinite(want)) this.worst = Math.max(this.worst, error / bound[i]!);
      } else this.failures.push(`${where}[${i}]: got ${got[i]!}, want ${want}, error ${error}, bound ${bound[i]!}`);
    });
  }
}

/** `values`: by variable, replicas × elements or `elements` for all alike. */
export const stepwise = async (executor: Executor, plan: Plan, values: Values): Promise<Agreement> => {
  const checker = new Checker();
  const memory = new Map<number, Words>(plan.slots.map((s) => [s.id, new Uint32Array(s.size * s.replicas)]));
  // A plan that only views its variables has nothing to cut.
  using pieces = plan.dispatches.length > 0 ? await executor.open(cut(plan)) : undefined;
  using whole = await executor.open({ whole: plan });
  for (const [name, t] of Object.entries(plan.variables)) {
    memory.set(t.slot, bitsOf(t, values[name]!));
    pieces?.write(slotName(t.slot), memory.get(t.slot)!);
    whole.write(name, values[name]!);
  }
  for (const [i, d] of plan.dispatches.entries()) {
    const after = new Map(Object.entries(await pieces!.run(String(i))).map(([k, t]) => [Number(k), t.data as Words]));
    checker.dispatch(d, memory, after);
    for (const [k, words] of after) memory.set(k, words);
  }
  const results = await whole.run('whole');
  for (const [name, t] of Object.entries(plan.outputs)) {
    const { data, size } = results[name]!;
    const got = new Uint32Array(data.buffer);
    for (let r = 0; r < t.replicas; r++) {
      const want = memory.get(t.slot)!.subarray(t.offset + r * t.stride, t.offset + r * t.stride + size);
      checker.checked += want.length;
      if (want.some((w, i) => w !== got[r * size + i]))
        checker.failures.push(`'${name}' replica ${r}: the whole plan gives other bits than its dispatches one by one`);
    }
  }
  const { checked, worst, failures } = checker;
  return { checked, worst, failures: failures.length > 0 ? [...failures, printPlan(plan)] : failures };
};
