/** Messages between a page and the worker that trains. Plain data: errors travel as name and message, studies as ids. */
import type { LiveChange } from '../bundle';
import type { Config, Curve, Inputs, Marker, Row } from '../study';
import type { ClaimVerdict } from '../judge';

/** What survives of an error across the boundary; `name` is that of the class. */
export interface RunError {
  readonly name: string;
  readonly message: string;
}
export interface AdapterInfo {
  readonly name: string;
  readonly software: boolean;
}

/** What to run. `resume`: id of a kept run that was cut off, to go on with. `keep`: whether it is stored in this browser. */
export interface StartOrder {
  readonly study: string;
  readonly preset: string;
  readonly config: Config;
  readonly inputs: Inputs;
  /** Changes of live settings to repeat, as an earlier run had them. */
  readonly live: readonly LiveChange[];
  readonly build: string;
  readonly resume: string | undefined;
  readonly keep: boolean;
}

/** Page → worker. `run` numbers the starts: whatever names another run is about one that is over. */
export type ToWorker =
  | { readonly type: 'start'; readonly run: number; readonly order: StartOrder; /** Waits for a single step. */ readonly paused: boolean }
  | { readonly type: 'pause' | 'resume' | 'step' | 'abort'; readonly run: number }
  /** New values of live settings. */
  | { readonly type: 'live'; readonly run: number; readonly changes: Config }
  /** Asks for what is computed, not measured, under these settings; `request` numbers the questions. */
  | { readonly type: 'describe'; readonly request: number; readonly study: string; readonly config: Config };

/** Worker → page. */
export type ToPage =
  /** The executor is open; sent once at the start, and again when it had to be opened anew. */
  | { readonly type: 'ready'; readonly adapter: AdapterInfo }
  | { readonly type: 'rows'; readonly run: number; readonly rows: readonly Row[] }
  /** Bytes that the run's sessions hold on the GPU. */
  | { readonly type: 'memory'; readonly run: number; readonly bytes: number }
  /** The run is stored under this id; `seconds`: its running time before, and `date` its start, where it was resumed. */
  | {
      readonly type: 'kept';
      readonly run: number;
      readonly id: string;
      readonly seconds: number;
      readonly date: string;
      /** Of its progress, where it was resumed. */ readonly done: number | undefined;
    }
  /** `verdicts` of a run that ended by itself. `live`: the changes that were made. */
  | {
      readonly type: 'done';
      readonly run: number;
      readonly aborted: boolean;
      readonly verdicts: readonly ClaimVerdict[] | undefined;
      readonly live: readonly LiveChange[];
    }
  | {
      readonly type: 'described';
      readonly request: number;
      readonly curves: readonly Curve[];
      readonly markers: readonly Marker[];
      readonly error?: RunError;
    }
  /** `run` is 0 where the executor could not be opened at all. */
  | { readonly type: 'error'; readonly run: number; readonly error: RunError; readonly live?: readonly LiveChange[] };

/** What a Worker, a worker's global scope and a MessagePort have in common. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export const describeError = (error: unknown): RunError =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };
