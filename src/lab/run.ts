/** What is known of a run, wherever it is: in a worker, in the browser's store, in a file. */
import type { ClaimVerdict } from './claim';
import type { Config } from './fields';

/** From the `call`-th question for live settings on (counted from 0), these held. */
export interface LiveChange {
  readonly call: number;
  readonly changes: Config;
}
export interface AdapterInfo {
  readonly name: string;
  readonly software: boolean;
}
/** What survives of an error across a worker's boundary; `name` is that of the class. */
export interface RunError {
  readonly name: string;
  readonly message: string;
}
export const describeError = (error: unknown): RunError =>
  error instanceof Error ? { name: error.name, message: error.message } : { name: 'Error', message: String(error) };

export interface RunFacts {
  /** Path of the study, 'double-descent/linear'; of a run from before there were studies the phenomenon's id alone. */
  readonly study: string;
  readonly title: string;
  readonly preset: string;
  readonly config: Config;
  readonly verdicts: readonly ClaimVerdict[];
  readonly adapter: AdapterInfo;
  /** ISO 8601, UTC. */
  readonly date: string;
  /** Version or commit of the source. */
  readonly build: string;
  /** Of the run, pauses left out. */
  readonly seconds: number;
  /** How it ended; a run that did not end by itself is 'aborted' or 'failed'. */
  readonly state: 'done' | 'aborted' | 'failed';
  readonly live: readonly LiveChange[];
}
