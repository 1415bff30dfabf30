/**
 * plan: graph → Plan. Merges equal subexpressions, fuses, orders, places values, and reuses slots by lifetime.
 */
import { ConfigError, ShapeError } from '../core/errors';
import { sameShape, showShape } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import { constant, variable } from '../ops/leaf';
import { addInt } from '../ops/pointwise';
import { record } from '../ops/record';
import { checkBindings } from './bindings';
import { fuse } from './fuse';
import { buildIr, elements, isVariable, sourceOf, type Ir, type Value } from './ir';
import { Lowerer, stepBytes, type Step } from './lower';
import { assignSlots, peakBytes, type Lifetime } from './memory';
import { orderUnits } from './order';
import { overwrite } from './overwrite';
import { slotBytes, type Plan, type PlanDispatch, type PlanMetrics, type PlanTensor, type Slot } from './plan';
import type { Buffer, Place } from './place';

export * from './plan';
export { printPlan } from './print';
export { ANY_ADAPTER, specialise, type AdapterKind } from './specialise';
export type { Choices } from './variants';

export interface PlanOptions {
  readonly name?: string;
  /** Models that run side by side. Default 1. */
  readonly replicas?: number;
  /** Values to keep for reading after a run, by name. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** New values of variables: all take effect together at the end of a run. */
  readonly updates?: readonly (readonly [variable: Tensor, value: Tensor])[];
  /** Scalars that every run appends to a ring on the GPU, read back many runs at a time. */
  readonly metrics?: Readonly<Record<string, Tensor>>;
  /** u32 variable that counts the runs; it must grow by one in `updates`. Default: one of the plan's own. */
  readonly counter?: Tensor;
  /** Storage buffers a dispatch may bind: the adapter's maxStorageBuffersPerShaderStage. Default 8, what every adapter offers. */
  readonly maxBindings?: number;
  /** Variables that all replicas share although the graph declares them per replica. */
  readonly shared?: ReadonlySet<string>;
}

interface Roots {
  readonly outputs: ReadonlyMap<string, Value>;
  readonly updates: ReadonlyMap<string, Value>;
  readonly variables: ReadonlyMap<string, Value>;
}

const resolve = (ir: Ir, o: PlanOptions): Roots => {
  const variables = new Map<string, Value>();
  for (const n of ir.nodes.filter(isVariable)) {
    const v = n.outputs[0]!;
    const name = String(n.attrs['name']);
    const other = variables.get(name);
    if (other && !sameShape(other.shape, v.shape))
      throw new ShapeError('variable', `'${name}' is used as ${showShape(other.shape)} and as ${showShape(v.shape)}`);
    if (other && other.dtype !== v.dtype) throw new ShapeError('variable', `'${name}' is used as ${other.dtype} and as ${v.dtype}`);
    variables.set(name, v);
  }
  const updates = new Map<string, Value>();
  for (const [target, value] of o.updates ?? []) {
    const variable = ir.valueOf(target);
    if (!isVariable(variable.node))
      throw new ConfigError(`plan: only variables can be updated, not the result of '${target.node.op.name}'`);
    const name = String(target.node.attrs['name']);
    if (updates.has(name)) throw new ConfigError(`plan: '${name}' is updated twice`);
    if (!sameShape(target.shape, value.shape))
      throw new ShapeError('update', `'${name}' is ${showShape(target.shape)} but its new value is ${showShape(value.shape)}`);
    if (target.dtype !== value.dtype) throw new ShapeError('update', `'${name}' is ${target.dtype} but its new value is ${value.dtype}`);
    const next = ir.valueOf(value);
    if (next.replicated && !variable.replicated)
      throw new ConfigError(`plan: '${name}' is shared by all replicas but its new value differs between them`);
    updates.set(name, next);
  }
  const outputs = new Map(Object.entries(o.outputs ?? {}).map(([name, t]) => [name, ir.valueOf(t)]));
  return { outputs, updates, variables };
};

/** Floats in a metric ring, about: as many runs as fit may share a submission, at most MAX_RING. */
const RING_FLOATS = 2 ** 17;
const MAX_RING = 1024;
const MIN_RING = 16;

/** Adds the ring and its counter to the updates. */
const withMetrics = (o: PlanOptions): { readonly options: PlanOptions; readonly metrics?: PlanMetrics } => {
  const entries = Object.entries(o.metrics ?? {});
  if (entries.length === 0) return { options: o };
  const name = o.name ?? 'plan';
  for (const [key, t] of entries) {
    if (!sameShape(t.shape, []))
      throw new ShapeError('metric', `'${key}' is ${showShape(t.shape)}; a metric is a scalar: reduce it by sum or mean`);
    if (t.dtype !== 'f32') throw new ShapeError('metric', `'${key}' is ${t.dtype}; a metric is f32: use toFloat`);
  }
  const counts = (c: Tensor): boolean => (o.updates ?? []).some(([v]) => v.node.attrs['name'] === c.node.attrs['name']);
  if (o.counter && !counts(o.counter))
    throw new ConfigError(`plan: the counter '${String(o.counter.node.attrs['name'])}' must be updated to grow by one`);
  const k = entries.length;
  const slots = Math.max(MIN_RING, Math.min(MAX_RING, Math.floor(RING_FLOATS / (k * (o.replicas ?? 1)))));
  const counter = o.counter ?? variable(`${name}.count`, [], { dtype: 'u32', perReplica: false });
  const ring = variable(`${name}.ring`, [slots * k]);
  const updates = [
    ...(o.updates ?? []),
    [
      ring,
      record(
        counter,
        entries.map(([, t]) => t),
        ring,
        slots,
      ),
    ],
    ...(o.counter ? [] : [[counter, addInt(counter, constant(1, 'u32'))]]),
  ];
  return {
    options: { ...o, updates: updates as PlanOptions['updates'] & object },
    metrics: { ring: `${name}.ring`, counter: String(counter.node.attrs['name']), names: entries.map(([key]) => key), slots },
  };
};

/**
 * Throws ShapeError and ConfigError for graphs that cannot be planned, LimitError where a kernel binds more than `maxBindings` and its op cannot be
 * split. Deterministic: the same graph gives the same plan.
 */
export const plan = (request: PlanOptions): Plan => {
  const { options: o, metrics } = withMetrics(request);
  const replicas = o.replicas ?? 1;
  if (!Number.isInteger(replicas) || replicas < 1) throw new ConfigError(`plan: replicas must be a positive integer, got ${replicas}`);
  const roots = [...Object.values(o.outputs ?? {}), ...(o.updates ?? []).flat()];
  const declared = declarations(roots);
  const perReplica = (name: string): boolean => !o.shared?.has(name) && declared.get(name) === true;
  const maxBindings = o.maxBindings ?? 8;
  const ir = buildIr(roots, perReplica, maxBindings);
  const { outputs, updates, variables } = resolve(ir, o);
  const needed = new Set([...outputs.values(), ...updates.values()].map((v) => sourceOf(v).base));
  const { units, inPlace } = orderUnits(fuse(ir, needed, maxBindings), updates, variables);
  const owned = new Map([...inPlace.keys()].map((name) => [sourceOf(updates.get(name)!).base, name]));
  const lowerer = new Lowerer(owned);
  lowerer.reservePacks(units, new Set(owned.keys()));
  for (const v of variables.values()) lowerer.variable(v);
  const early = saveOverwritten(lowerer, outputs, updates);
  for (const u of units) lowerer.unit(u, variables);
  for (const [name, value] of updates)
    if (!inPlace.has(name))
      lowerer.copy(early.get(value) ?? lowerer.place(value), lowerer.variable(variables.get(name)!), elements(value), name);
  const results = new Map([...outputs].map(([name, v]) => [name, { v, place: early.get(v) ?? lowerer.place(v) }] as const));
  const assembled = assemble(o.name ?? 'plan', replicas, lowerer, results, variables, [...updates.keys()]);
  checkBindings(assembled, maxBindings);
  return metrics ? { ...assembled, metrics } : assembled;
};

const declarations = (roots: readonly Tensor[]): ReadonlyMap<string, boolean> => {
  const found = new Map<string, boolean>();
  const seen = new Set<object>();
  const stack = roots.map((t) => t.node);
  for (let n = stack.pop(); n; n = stack.pop()) {
    if (seen.has(n)) continue;
    seen.add(n);
    if (n.op.name === 'variable') found.set(String(n.attrs['name']), n.attrs['perReplica'] === true);
    stack.push(...n.inputs.map((t) => t.node));
  }
  return found;
};

/** Results that are a variable's old value are copied before anything runs, if the variable is to be overwritten. */
const saveOverwritten = (
  lowerer: Lowerer,
  outputs: ReadonlyMap<string, Value>,
  updates: ReadonlyMap<string, Value>,
): ReadonlyMap<Value, Place> => {
  const saved = new Map<Value, Place>();
  for (const v of [...outputs.values(), ...updates.values()]) {
    const { base } = sourceOf(v);
    if (isVariable(base.node) && updates.has(String(base.node.attrs['name'])) && !saved.has(v)) saved.set(v, lowerer.save(v));
  }
  return saved;
};

/** A buffer that must hold its content from before the first dispatch, or past the last one. */
const pinned = (b: Buffer, outputs: ReadonlySet<Buffer>): boolean => b.variable !== undefined || b.exclusive || outputs.has(b);

const assemble = (
  name: string,
  replicas: number,
  { buffers, steps: lowered }: Lowerer,
  results: ReadonlyMap<string, { readonly v: Value; readonly place: Place }>,
  variables: ReadonlyMap<string, Value>,
  updated: readonly string[],
): Plan => {
  const outBuffers = new Set([...results.values()].map((r) => r.place.buffer));
  const steps = overwrite(lowered, (b) => pinned(b, outBuffers));
  const count = (replicated: boolean): number => (replicated ? replicas : 1);
  const lives = new Map<Buffer, Lifetime & { buffer: Buffer }>();
  steps.forEach((s, at) =>
    s.args.forEach(({ buffer }) => {
      const known = lives.get(buffer);
      lives.set(buffer, { buffer, bytes: 4 * buffer.size * count(buffer.replicated), first: known?.first ?? at, last: at });
    }),
  );
  const temps = [...lives.values()].filter((l) => !pinned(l.buffer, outBuffers));
  const shared = assignSlots(temps);
  const slots: Slot[] = [];
  const slotOf = new Map<Buffer, number>();
  for (const b of buffers)
    if (pinned(b, outBuffers) && (lives.has(b) || b.variable !== undefined || outBuffers.has(b)))
      slotOf.set(
        b,
        slots.push({
          id: slots.length,
          dtype: b.dtype,
          size: b.size,
          replicas: count(b.replicated),
          ...(b.variable === undefined ? { kept: true } : { variable: b.variable }),
        }) - 1,
      );
  const base = slots.length;
  const leastBytes = slots.reduce((sum, s) => sum + slotBytes(s), 0) + peakBytes(temps);
  for (let k = 0; k <= Math.max(-1, ...shared); k++) {
    const tenants = temps.filter((_, i) => shared[i] === k).map((l) => l.buffer);
    const bytes = Math.max(...tenants.map((b) => 4 * b.size * count(b.replicated)));
    slots.push({ id: base + k, dtype: tenants[0]!.dtype, size: bytes / 4, replicas: 1 });
    for (const b of tenants) slotOf.set(b, base + k);
  }
  const arg = ({ buffer, offset }: Place): PlanTensor => ({
    slot: slotOf.get(buffer)!,
    offset,
    stride: buffer.replicated ? buffer.size : 0,
    shape: [buffer.size],
    dtype: buffer.dtype,
    replicas: count(buffer.replicated),
  });
  const tensor = (v: Value, p: Place): PlanTensor => ({ ...arg(p), shape: v.shape, dtype: v.dtype });
  return {
    name,
    replicas,
    slots,
    dispatches: steps.map((s) =>
      dispatch(s, count(s.replicated), (p) => {
        const { slot, offset, stride } = arg(p);
        return { slot, offset, stride };
      }),
    ),
    outputs: Object.fromEntries([...results].map(([n, r]) => [n, tensor(r.v, r.place)])),
    variables: Object.fromEntries(
      [...variables].map(([n, v]) => [n, tensor(v, { buffer: buffers.find((b) => b.variable === n)!, offset: 0 })]),
    ),
    updated,
    leastBytes,
  };
};

const dispatch = (s: Step, replicas: number, arg: (p: Place) => PlanDispatch['args'][number]): PlanDispatch => ({
  kernel: s.kernel.name,
  options: s.options,
  dims: s.dims,
  args: s.args.map(arg),
  replicas,
  writes: s.writes,
  flops: s.kernel.flops(s.dims, s.options) * replicas,
  bytes: stepBytes(s) * replicas,
});
