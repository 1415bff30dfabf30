/**
 * What runs plans: the GPU (gpuExecutor.ts) or the float64 reference (reference.ts). Studies and the public API see only this.
 */
import type { DType } from '../../shaders/kernel';
import type { NonFiniteError } from '../core/errors';
import type { Plan } from '../plan/plan';

/** Values of variables from outside: f32 or u32; float64 is rounded to f32 on the GPU and kept by the reference. */
export type HostArray = Float32Array | Float64Array | Uint32Array;
export interface HostTensor {
  readonly dtype: DType;
  /** Replicas × elements of one replica. */ readonly data: HostArray;
  readonly replicas: number;
  readonly size: number;
}

/** How plans are trained; see Session.train. */
export interface TrainOptions {
  /** Steps to run, on top of those done. */
  readonly steps: number;
  /** Plan that is one step; several are independent models that step together in one submission. */
  readonly step: string | readonly string[];
  readonly probes?: readonly Probe[];
  /** Ends the iteration after the steps in flight. */
  readonly signal?: AbortSignal;
  readonly control?: TrainControl;
  /** Aimed-at duration of a submission, in ms. Default 50. */
  readonly submissionMs?: number;
  /** Time between the checkpoints that a lost device is recovered from, in ms. Default 10,000. */
  readonly checkpointMs?: number;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Awaited at each checkpoint and at each pause (`paused`): nothing is in flight then, and every batch so far has been taken. */
  readonly onIdle?: (paused: boolean) => Promise<void>;
}
/**
 * A plan run between steps: when the number of steps done is a multiple of `every` (0 included) or listed in `at`. What is due at the end of
 * one run belongs to it, and is not measured again when training continues.
 */
export interface Probe {
  readonly plan: string;
  readonly every?: number;
  readonly at?: readonly number[];
}
/** A replica whose metrics stopped being finite; a trainer tells of each once. */
export interface Divergence {
  /** The group's member; of a lone trainer 'model'. */
  readonly member: string;
  /** The plan whose metric it was: step, eval or sharpness, with the member's name before it where there are several. */
  readonly plan: string;
  /** Replica, step, metric, value, and a message with them. */
  readonly error: NonFiniteError;
}
/** A lost device was replaced, and what it held is there again; `step`: from which training goes on. `adapter`: the new one's name. */
export type TrainEvent = { readonly kind: 'recovered'; readonly step: number; readonly reason: string; readonly adapter: string };
/** Pauses between submissions. */
export interface TrainControl {
  readonly paused: boolean;
  readonly whenResumed: () => Promise<void>;
  /** While paused, each true lets one step through. */
  readonly takeSingleStep: () => boolean;
  /** Told by trainers of each replica that is lost, once, before the batch that shows it is handed out. The other replicas go on. */
  readonly diverged?: (event: Divergence) => void;
  /** True once for each pause that began, also for one that was over before anybody looked: the run comes to rest for it all the same. */
  readonly takeRest: () => boolean;
}

/** The names of the probes due when `done` steps are done, each once. */
export const probesDue = (probes: readonly Probe[], done: number): readonly string[] => [
  ...new Set(probes.flatMap((p) => ((p.every !== undefined && done % p.every === 0) || p.at?.includes(done) ? [p.plan] : []))),
];

/** Resolves when a paused run should look again: it was resumed, may take a single step, or was aborted. */
export const wakeUp = async ({ control, signal }: TrainOptions): Promise<void> => {
  if (signal?.aborted) return;
  const over = new AbortController();
  const aborted = new Promise<void>((done) => {
    signal?.addEventListener('abort', () => done(), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([control?.whenResumed(), aborted]);
  } finally {
    over.abort();
  }
};

/**
 * Metrics of consecutive runs of one plan, read back together. One batch a submission, so that the cost of reading does not grow
 * with the number of steps.
 */
export interface MetricBatch {
  readonly plan: string;
  readonly names: readonly string[];
  readonly replicas: number;
  /** Steps done when each row was measured: for the step plan, the number of the step itself, from 0. */
  readonly steps: readonly number[];
  /** Row-major [replicas][steps][names]. Valid until the next batch of the same plan is asked for. */
  readonly data: Float32Array | Float64Array;
}
export const metric = (b: MetricBatch, row: number, name: string, replica: number): number =>
  b.data[(replica * b.steps.length + row) * b.names.length + b.names.indexOf(name)]!;

/** Named plans over shared variables. */
export interface Session {
  /** Steps trained so far. */
  readonly stepsDone: number;
  readonly plans: Readonly<Record<string, Plan>>;
  /** Of all buffers; of all arrays on the reference. */
  readonly bytes: number;
  /**
   * Resolves when every dispatch runs by the variant that it is to run by: some compile in the background and are put in place later, with the same bits.
   * For measurements of speed.
   */
  readonly improved: Promise<void>;
  /** Throws ConfigError for an unknown name or a wrong length. Replicated variables take R×size elements, or `size` for all alike. */
  write(variable: string, data: HostArray): void;
  read(variable: string): Promise<HostTensor>;
  /** Runs a plan once and reads its outputs. */
  run(plan: string): Promise<Readonly<Record<string, HostTensor>>>;
  /** Many steps a submission, metrics as they come. Aborting the signal ends the iteration after the steps in flight. */
  train(o: TrainOptions): AsyncIterable<MetricBatch>;
  /** All variables, the number of steps done and the caller's `config` (JSON), in safetensors layout. */
  checkpoint(config?: unknown): Promise<Uint8Array>;
  restore(checkpoint: Uint8Array): void;
  dispose(): void;
  [Symbol.dispose](): void;
}

export interface SessionOptions {
  /** Plans that are steps of independent models: they share no buffer for intermediate values, so that a GPU may run their dispatches side by side. */
  readonly together?: readonly string[];
  /** The very kernels and options of the plans, although others of the same results may suit the adapter better: for measurements. Default false. */
  readonly asGiven?: boolean;
  /** Called with what is about to be written to a variable; throws where it must not be. */
  readonly check?: WriteCheck;
  /** Told whenever the session, or its opening, has survived the loss of a device. */
  readonly onEvent?: (event: TrainEvent) => void;
}
export type WriteCheck = (variable: string, data: HostArray) => void;

export interface Executor {
  /** The adapter's name, or 'float64 reference'. */
  readonly name: string;
  readonly software: boolean;
  /** Storage buffers a dispatch may bind. */
  readonly maxBindings: number;
  /**
   * Allocates all slots. Throws, before any allocation, MemoryError where they do not fit and LimitError where a dispatch binds too many buffers. A lost device is replaced at whatever call it is noticed, of the
   * session too: DeviceLostError means that none could be had for some twenty seconds, or that one after another was lost.
   */
  open(plans: Readonly<Record<string, Plan>>, o?: SessionOptions): Promise<Session>;
  dispose(): void;
}
