/** Messages between a page and the worker that trains. Plain data: errors travel as name and message, experiments as ids. */
import type { Config, Row } from '../experiment';

/** What survives of an error across the boundary; `name` is that of the class. */
export interface RunError { readonly name: string; readonly message: string }
export interface AdapterInfo { readonly name: string; readonly software: boolean }

/** Page → worker. `run` numbers the starts: whatever names another run is about one that is over. */
export type ToWorker =
  | { readonly type: 'start'; readonly run: number; readonly experiment: string; readonly config: Config; /** Waits for a single step. */ readonly paused: boolean }
  | { readonly type: 'pause' | 'resume' | 'step' | 'abort'; readonly run: number };

/** Worker → page. */
export type ToPage =
  /** The executor is open; sent once at the start, and again when it had to be opened anew. */
  | { readonly type: 'ready'; readonly adapter: AdapterInfo }
  | { readonly type: 'rows'; readonly run: number; readonly rows: readonly Row[] }
  | { readonly type: 'done'; readonly run: number; readonly aborted: boolean }
  /** `run` is 0 where the executor could not be opened at all. */
  | { readonly type: 'error'; readonly run: number; readonly error: RunError };

/** What a Worker, a worker's global scope and a MessagePort have in common. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export const describeError = (error: unknown): RunError =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };
