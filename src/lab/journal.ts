/**
 * What a run got from its executor, in order. An experiment is a function of its config and of these answers, so that a run which was
 * cut off goes on by being run again from the start with the answers read from the journal, up to the snapshot, and from the GPU after it.
 */
import type { HostTensor } from '../runtime/executor';

/** Metrics of one submission; see MetricBatch. */
export interface BatchEntry { readonly kind: 'batch'; readonly session: number; readonly plan: string; readonly names: readonly string[]; readonly replicas: number; readonly steps: Uint32Array; readonly data: Float32Array | Float64Array }
/** `stepsDone`: of the session, once the entry is done. */
export type Entry =
  | BatchEntry
  | { readonly kind: 'trained' | 'restore'; readonly session: number; readonly stepsDone: number }
  | { readonly kind: 'write'; readonly session: number }
  | { readonly kind: 'run'; readonly session: number; readonly outputs: Readonly<Record<string, HostTensor>> }
  | { readonly kind: 'read'; readonly session: number; readonly value: HostTensor }
  | { readonly kind: 'checkpoint'; readonly session: number; readonly file: Uint8Array };

/** The state of every session that is open, in safetensors layout, by its number: they are numbered as they are opened. */
export interface Snapshot { readonly opened: number; readonly sessions: ReadonlyMap<number, Uint8Array>; /** Questions for live settings so far. */ readonly liveCalls: number }
export interface Journal { readonly entries: readonly Entry[]; readonly snapshot: Snapshot }
