/** Plans made ready for one device: buffers, uniforms, bind groups and grids. Replaying them allocates nothing. */
import { uniformFields } from '../../shaders/kernel';
import { kernelByName } from '../../shaders/index';
import { ConfigError } from '../core/errors';
import { checkBindings } from '../plan/bindings';
import { slotBytes, type Plan, type PlanDispatch, type PlanTensor, type Slot } from '../plan/plan';
import { checkMemory, isReplicated, type BufferNeed, type MemoryLimits } from './memoryCheck';
import type { PipelineCache } from './pipelines';

/** One dispatch, ready to be replayed. Pipeline and grid may be replaced by those of another variant, between submissions. */
export interface Ready {
  pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  x: number;
  y: number;
  z: number;
}
export interface Program {
  readonly variables: ReadonlyMap<string, { readonly tensor: PlanTensor; readonly buffer: GPUBuffer }>;
  readonly ready: ReadonlyMap<string, readonly Ready[]>;
  readonly slotBuffer: (plan: string, slot: number) => GPUBuffer;
  readonly bytes: number;
  readonly destroy: () => void;
}

/** WebGPU's uniform-buffer offset alignment. */
const UNIFORM_ALIGN = 256;
const STORAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST: GPUBufferUsage is no global in Node before a device exists

/** Every variable of all plans; they must agree. Throws ConfigError otherwise. */
export const collectVariables = (plans: readonly Plan[]): ReadonlyMap<string, PlanTensor> => {
  const all = new Map<string, PlanTensor>();
  for (const p of plans)
    for (const [name, t] of Object.entries(p.variables)) {
      const other = all.get(name);
      if (
        other &&
        (other.stride !== t.stride || other.replicas !== t.replicas || other.dtype !== t.dtype || other.shape.join() !== t.shape.join())
      )
        throw new ConfigError(
          `variable '${name}' is ${other.dtype} [${other.shape.join()}]×${other.replicas} in one plan and ${t.dtype} [${t.shape.join()}]×${t.replicas} in '${p.name}'`,
        );
      all.set(name, t);
    }
  return all;
};

/** Plans by the pool that their temporary slots are in: those that run together have one each, the others that of the first. */
const lanes = (plans: Readonly<Record<string, Plan>>, together: readonly string[]): readonly (readonly Plan[])[] => {
  for (const name of together)
    if (!(name in plans))
      throw new ConfigError(`no plan '${name}' to run together with others; there are ${Object.keys(plans).join(', ')}`);
  const apart = [...new Set(together)].slice(1);
  return [Object.keys(plans).filter((name) => !apart.includes(name)), ...apart.map((name) => [name])].map((names) =>
    names.map((name) => plans[name]!),
  );
};
/** Temporary slots of plans that run one after another share buffers: the i-th largest of each lies in the i-th pool buffer. */
const poolNeeds = (plans: readonly Plan[]): readonly BufferNeed[] => {
  const needs = plans.map((p) => temporaries(p).map((s) => needOf(p, s)));
  const deepest = Math.max(0, ...needs.map((n) => n.length));
  return Array.from({ length: deepest }, (_, i) => needs.flatMap((n) => n.slice(i, i + 1)).reduce((a, b) => (b.bytes > a.bytes ? b : a)));
};
const needOf = (p: Plan, s: Slot): BufferNeed => ({ bytes: slotBytes(s), replicated: isReplicated(p, s) });
const temporaries = (p: Plan): readonly Slot[] =>
  p.slots.filter((s) => s.variable === undefined && !s.kept).toSorted((a, b) => slotBytes(b) - slotBytes(a) || a.id - b.id);

/** Throws LimitError and MemoryError before anything is allocated, ShaderError and ConfigError after giving back what was. */
export const prepare = async (
  device: GPUDevice,
  pipelines: PipelineCache,
  plans: Readonly<Record<string, Plan>>,
  limits: MemoryLimits,
  together: readonly string[] = [],
): Promise<Program> => {
  const list = Object.values(plans);
  for (const p of list) checkBindings(p, device.limits.maxStorageBuffersPerShaderStage);
  const tensors = collectVariables(list);
  const pools = lanes(plans, together).map((lane) => ({ lane, needs: poolNeeds(lane) }));
  const kept = list.flatMap((p) => p.slots.filter((s) => s.kept).map((s) => needOf(p, s)));
  const variableNeeds = new Map(
    list.flatMap((p) => p.slots.flatMap((s) => (s.variable === undefined ? [] : [[s.variable, needOf(p, s)] as const]))),
  );
  const needs = [...pools.flatMap((p) => p.needs), ...variableNeeds.values(), ...kept];
  checkMemory(list, needs, limits);
  const buffers: GPUBuffer[] = [];
  const create = (size: number, usage: number, label: string): GPUBuffer => {
    const b = device.createBuffer({ size: Math.max(16, Math.ceil(size / 4) * 4), usage, label });
    buffers.push(b);
    return b;
  };
  const variables = new Map(
    [...tensors].map(([name, tensor]) => [name, { tensor, buffer: create(variableNeeds.get(name)!.bytes, STORAGE, name) }] as const),
  );
  const bySlot = new Map<Slot, GPUBuffer>();
  for (const { lane, needs: sizes } of pools) {
    const pooled = sizes.map((need, i) => create(need.bytes, STORAGE, `temporary ${i}`));
    for (const p of lane) temporaries(p).forEach((s, i) => bySlot.set(s, pooled[i]!));
  }
  for (const p of list)
    for (const s of p.slots)
      if (s.variable !== undefined) bySlot.set(s, variables.get(s.variable)!.buffer);
      else if (s.kept) bySlot.set(s, create(slotBytes(s), STORAGE, `${p.name} ${s.id}`));
  const destroy = (): void => {
    for (const b of buffers) b.destroy();
  };
  const ready = new Map<string, readonly Ready[]>();
  try {
    for (const [name, p] of Object.entries(plans)) {
      const uniforms = create(p.dispatches.length * UNIFORM_ALIGN, 0x40 | 0x8, `${name} uniforms`);
      device.queue.writeBuffer(uniforms, 0, uniformWords(p));
      ready.set(
        name,
        await Promise.all(
          p.dispatches.map((d, i) => readyOf(device, pipelines, p, d, bySlot, { buffer: uniforms, offset: i * UNIFORM_ALIGN })),
        ),
      );
    }
  } catch (error) {
    destroy();
    throw error;
  }
  const bytes = needs.reduce((sum, n) => sum + n.bytes, 0);
  return { variables, ready, bytes, slotBuffer: (plan, slot) => bySlot.get(plans[plan]!.slots[slot]!)!, destroy };
};

/** Puts each plan's successors in place as they are compiled; what does not compile is left as it is. `over`: the program is no longer in use. */
export const improve = async (
  pipelines: PipelineCache,
  plans: Readonly<Record<string, Plan>>,
  program: Program,
  successor: (d: PlanDispatch) => PlanDispatch | undefined,
  over: () => boolean,
): Promise<void> => {
  for (const [name, p] of Object.entries(plans))
    for (const [i, d] of p.dispatches.entries()) {
      const next = successor(d);
      if (!next || over()) continue;
      const kernel = kernelByName(next.kernel);
      const made = await pipelines.get(kernel, next.options).catch(() => undefined);
      if (!made || over()) continue;
      const [x, y, z] = kernel.workgroups(next.dims, next.options, next.replicas);
      Object.assign(program.ready.get(name)![i]!, { pipeline: made.pipeline, x, y, z } satisfies Partial<Ready>);
    }
};

const uniformWords = (p: Plan): Uint32Array<ArrayBuffer> => {
  const words = new Uint32Array((p.dispatches.length * UNIFORM_ALIGN) / 4);
  p.dispatches.forEach((d, i) => {
    const kernel = kernelByName(d.kernel);
    const bindings = kernel.bindings(d.options);
    const values: Readonly<Record<string, number>> = {
      ...d.dims,
      R: d.replicas,
      ...Object.fromEntries(bindings.map((b, k) => [`rs_${b.name}`, d.args[k]!.stride])),
    };
    uniformFields(kernel.dims, bindings).forEach((f, k) => {
      words[(i * UNIFORM_ALIGN) / 4 + k] = values[f]!;
    });
  });
  return words;
};

const readyOf = async (
  device: GPUDevice,
  pipelines: PipelineCache,
  p: Plan,
  d: PlanDispatch,
  bySlot: ReadonlyMap<Slot, GPUBuffer>,
  uniform: { readonly buffer: GPUBuffer; readonly offset: number },
): Promise<Ready> => {
  const kernel = kernelByName(d.kernel);
  const { pipeline, layout } = await pipelines.get(kernel, d.options);
  const bindings = kernel.bindings(d.options);
  const entries = d.args.map(({ slot, offset, stride }, i): GPUBindGroupEntry => {
    const size = 4 * (bindings[i]!.size(d.dims) + (d.replicas - 1) * stride);
    return { binding: i + 1, resource: { buffer: bySlot.get(p.slots[slot]!)!, offset: 4 * offset, size: Math.max(4, size) } };
  });
  const fields = uniformFields(kernel.dims, bindings).length;
  const group = device.createBindGroup({
    label: `${p.name}: ${kernel.name}`,
    layout,
    entries: [{ binding: 0, resource: { ...uniform, size: Math.ceil(fields / 4) * 16 } }, ...entries],
  });
  const [x, y, z] = kernel.workgroups(d.dims, d.options, d.replicas);
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  if (x > limit || y > limit || z > limit)
    throw new ConfigError(
      `${p.name}: ${kernel.name} would need a grid of ${x}×${y}×${z} workgroups; this adapter allows ${limit} on a side. Use fewer replicas or smaller tensors`,
    );
  return { pipeline, group, x, y, z };
};
