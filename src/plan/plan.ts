/**
 * A Plan is what runs: a flat list of dispatches over numbered slots, as plain data. It can be printed, compared, sent to a
 * worker, run by the GPU executor or by the float64 reference. It knows nothing of devices.
 */
import type { Dims, DType, Options } from '../../shaders/kernel';
import type { Shape } from '../core/shape';

/** One GPU buffer. Variables are named and outlive the plan; the others hold intermediate values whose lifetimes do not overlap. */
export interface Slot {
  readonly id: number;
  readonly variable?: string;
  /** Not shared with other plans: its content outlives the run (a result) or it relies on the zeros it starts with. */
  readonly kept?: boolean;
  readonly dtype: DType;
  /** Elements for one replica. */
  readonly size: number;
  /** The replica axis' length: the plan's, or 1 where all replicas share the slot. */
  readonly replicas: number;
}

/** A binding: elements [offset, offset + …) of a slot; replica r starts r·stride elements further. */
export interface Arg {
  readonly slot: number;
  readonly offset: number;
  readonly stride: number;
}

export interface PlanDispatch {
  readonly kernel: string;
  readonly options: Options;
  readonly dims: Dims;
  readonly args: readonly Arg[];
  /** Replicas this dispatch runs: the plan's, or 1 where nothing in it depends on the replica. */
  readonly replicas: number;
  /** Names of the values it writes, for messages. */
  readonly writes: readonly string[];
  /** Of all replicas together. `bytes`: the least that must be moved. */
  readonly flops: number;
  readonly bytes: number;
}

export interface PlanTensor extends Arg {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly replicas: number;
}

export interface Plan {
  readonly name: string;
  readonly replicas: number;
  readonly slots: readonly Slot[];
  readonly dispatches: readonly PlanDispatch[];
  /** Where the named results lie after a run. */
  readonly outputs: Readonly<Record<string, PlanTensor>>;
  /** Every variable the plan reads or updates. */
  readonly variables: Readonly<Record<string, PlanTensor>>;
  /** Variables the plan writes. */
  readonly updated: readonly string[];
  readonly metrics?: PlanMetrics;
  /** Bytes that this order of dispatches needs whatever the slots: what is kept, and the temporaries that live at the worst dispatch. */
  readonly leastBytes: number;
}

/**
 * Scalars that every run of the plan appends to a ring on the GPU: run number c writes ring[(c mod slots)·k + j] for metric j of k.
 * `counter` is the variable that holds c.
 */
export interface PlanMetrics {
  readonly ring: string;
  readonly counter: string;
  readonly names: readonly string[];
  readonly slots: number;
}

export const slotBytes = (s: Slot): number => 4 * s.size * s.replicas;
/** Bytes of all slots, variables included. */
export const planBytes = (p: Plan): number => p.slots.reduce((sum, s) => sum + slotBytes(s), 0);
