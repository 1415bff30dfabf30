/** Moving values between the host's arrays and variables: sizes checked, replicas filled in, checkpoints written and read. */
import { ConfigError, FormatError } from '../core/errors';
import type { Plan, PlanTensor } from '../plan/plan';
import { sizeOf } from '../core/shape';
import type { HostArray, HostTensor, Session, TrainOptions } from './executor';
import { readSafetensors, writeSafetensors } from './safetensors';

export const findVariable = <T>(variables: ReadonlyMap<string, T>, name: string): T => {
  const v = variables.get(name);
  if (!v) throw new ConfigError(`no variable '${name}'; there are ${[...variables.keys()].join(', ')}`);
  return v;
};
export const findPlan = (plans: Readonly<Record<string, Plan>>, name: string): Plan => {
  const p = plans[name];
  if (!p) throw new ConfigError(`no plan '${name}'; there are ${Object.keys(plans).join(', ')}`);
  return p;
};

/** Writes those values that the session's plans use. */
export const writeUsed = (session: Session, values: Readonly<Record<string, HostArray>>): void => {
  const used = new Set(Object.values(session.plans).flatMap((p) => Object.keys(p.variables)));
  for (const [name, v] of Object.entries(values)) if (used.has(name)) session.write(name, v);
};

/** Throws ConfigError for plans that do not exist, and for numbers of steps that are no whole numbers. */
export const checkTrain = (o: TrainOptions, plans: Readonly<Record<string, Plan>>): void => {
  if (!Number.isInteger(o.steps) || o.steps < 0) throw new ConfigError(`train: steps is ${o.steps}; it must be a whole number from 0`);
  for (const step of typeof o.step === 'string' ? [o.step] : o.step) findPlan(plans, step);
  for (const { plan, every } of o.probes ?? []) {
    findPlan(plans, plan);
    if (every !== undefined && (!Number.isInteger(every) || every < 1))
      throw new ConfigError(`train: '${plan}' is to be probed every ${every} steps; that must be a whole number from 1`);
  }
};

/** Values for all replicas, in the variable's own element type (`float`: what f32 becomes). Throws ConfigError for a wrong length. */
export const spread = <F extends Float32Array | Float64Array>(
  name: string,
  t: PlanTensor,
  data: HostArray,
  float: new (n: number) => F,
): F | Uint32Array<ArrayBuffer> => {
  const size = sizeOf(t.shape);
  if (data.length !== size && data.length !== size * t.replicas)
    throw new ConfigError(
      `variable '${name}' [${t.shape.join()}] takes ${size}${t.replicas > 1 ? ` or ${size * t.replicas} (${t.replicas} replicas)` : ''} values, got ${data.length}`,
    );
  if (t.dtype === 'u32' && !(data instanceof Uint32Array)) throw new ConfigError(`variable '${name}' takes a Uint32Array`);
  const out = t.dtype === 'u32' ? new Uint32Array(size * t.replicas) : new float(size * t.replicas);
  for (let at = 0; at < out.length; at += data.length) out.set(data, at);
  return out;
};

export interface Snapshot {
  readonly step: number;
  readonly values: ReadonlyMap<string, HostTensor>;
}

export const toCheckpoint = ({ step, values }: Snapshot, plans: Readonly<Record<string, Plan>>, config: unknown = null): Uint8Array => {
  const tensors = Object.fromEntries(
    [...values].map(([name, { data, replicas, size }]) => [name, { data, shape: replicas > 1 ? [replicas, size] : [size] }]),
  );
  return writeSafetensors(tensors, {
    format: 'overparam-checkpoint-1',
    step: String(step),
    plans: Object.keys(plans).join(' '),
    config: JSON.stringify(config),
  });
};

/** Throws FormatError for a broken file and ConfigError for one of another program. */
export const fromCheckpoint = (file: Uint8Array, variables: ReadonlyMap<string, PlanTensor>): Snapshot => {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['format'] !== 'overparam-checkpoint-1')
    throw new ConfigError(`not a checkpoint of this engine: its format is '${metadata['format'] ?? 'not given'}'`);
  const values = new Map<string, HostTensor>();
  for (const [name, t] of variables) {
    const stored = tensors[name];
    if (!stored) throw new ConfigError(`the checkpoint lacks the variable '${name}'`);
    const size = sizeOf(t.shape);
    if (stored.data.length !== size * t.replicas)
      throw new ConfigError(`the checkpoint's '${name}' has ${stored.data.length} values, this program's has ${size * t.replicas}`);
    if (!(t.dtype === 'u32' ? ['U32'] : ['F32', 'F64']).includes(stored.dtype))
      throw new ConfigError(`the checkpoint's '${name}' is ${stored.dtype}, this program's is ${t.dtype}`);
    values.set(name, { dtype: t.dtype, data: stored.data, replicas: t.replicas, size });
  }
  const step = Number(metadata['step']);
  if (!Number.isSafeInteger(step) || step < 0)
    throw new FormatError('checkpoint', `its step is '${metadata['step'] ?? 'not given'}', no whole number`);
  return { step, values };
};
