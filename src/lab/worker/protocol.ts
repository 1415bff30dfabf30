/** Messages between a page and the worker that trains. Plain data: errors travel as name and message, studies as paths. */
import type { AdapterInfo, LiveChange, RunError } from '../run';
import type { ClaimVerdict } from '../claim';
import type { Config, Curve, InputPreview, Inputs, Marker, PresetName, Row } from '../study';

/** What to run. `resume`: id of a kept run that was cut off, to go on with. `keep`: whether it is stored in this browser. */
export interface StartOrder {
  /** Its path. */
  readonly study: string;
  /** Of its phenomenon and its own, for the record: that is kept before the study is loaded. */
  readonly title: string;
  readonly preset: PresetName;
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
  /** `save`: the page may be gone the next moment. */
  | { readonly type: 'pause' | 'resume' | 'step' | 'abort' | 'save'; readonly run: number }
  /** New values of live settings. */
  | { readonly type: 'live'; readonly run: number; readonly changes: Config }
  /** Asks for what is computed, not measured, under these settings; `request` numbers the questions. */
  | { readonly type: 'describe'; readonly request: number; readonly study: string; readonly config: Config }
  /** Asks what files are taken for. */
  | { readonly type: 'inspect'; readonly request: number; readonly study: string; readonly config: Config; readonly inputs: Inputs };

/** Worker → page. */
export type ToPage =
  | {
      readonly type: 'inspected';
      readonly request: number;
      readonly preview: InputPreview | undefined;
      readonly error: RunError | undefined;
    }
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
