/**
 * What a run got from its executor, in order. A study is a function of its config and of these answers, so that a run which was
 * cut off goes on by being run again from the start with the answers read from the journal, up to the snapshot, and from the GPU after it.
 */
import type { HostTensor } from '../runtime/executor';

/** Metrics of one submission; see MetricBatch. */
export interface BatchEntry {
  readonly kind: 'batch';
  readonly session: number;
  readonly plan: string;
  readonly names: readonly string[];
  readonly replicas: number;
  readonly steps: Uint32Array;
  readonly data: Float32Array | Float64Array;
}
export type Outputs = Readonly<Record<string, HostTensor>>;
/** `stepsDone`: of the session, once the entry is done. */
export type Entry =
  | BatchEntry
  | { readonly kind: 'trained' | 'restore'; readonly session: number; readonly stepsDone: number }
  | { readonly kind: 'write'; readonly session: number }
  /** Without outputs where they are large and follow from what was written: then the plan is run again. */
  | { readonly kind: 'run'; readonly session: number; readonly outputs: Outputs | undefined }
  | { readonly kind: 'read'; readonly session: number; readonly value: HostTensor }
  | { readonly kind: 'checkpoint'; readonly session: number; readonly file: Uint8Array };

/** What holds once the entries are done. Sessions are numbered as they are opened. */
export interface Snapshot {
  readonly opened: number;
  /** Of every session that is open, in safetensors layout. */
  readonly sessions: ReadonlyMap<number, Uint8Array>;
  /** Fingerprint of each session's plans. */
  readonly plans: readonly string[];
  /** Questions for live settings so far. */
  readonly liveCalls: number;
}
export interface Journal {
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot;
}

const size = (t: HostTensor): number => t.data.byteLength;
export const outputBytes = (outputs: Outputs): number => Object.values(outputs).reduce((sum, t) => sum + size(t), 0);
export const entryBytes = (e: Entry): number => {
  switch (e.kind) {
    case 'batch':
      return e.data.byteLength + e.steps.byteLength;
    case 'run':
      return e.outputs ? outputBytes(e.outputs) : 0;
    case 'read':
      return size(e.value);
    case 'checkpoint':
      return e.file.byteLength;
    default:
      return 0;
  }
};
