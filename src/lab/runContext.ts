/** What a run is given, and what it is. */
import type { Executor, TrainControl } from '../runtime/executor';
import type { Config, Inputs } from './fields';
import type { Row } from './rows';

export interface RunContext<C = Config> {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** Resolves when the run may go on: at once unless it is paused. Studies await it between pieces of CPU work. */
  readonly turn: () => Promise<void>;
  /** Pause and single step, to be passed to Session.train. */
  readonly control: TrainControl;
  /** The files given for this run, by the names of the study's `inputs`. */
  readonly inputs: Inputs;
  /**
   * The config with the reader's latest values of its `live` fields. Ask between pieces of work whose number does not depend on time (every
   * so many steps): a run is repeated by giving the same values to the same calls.
   */
  readonly live: () => C;
}
/** Measures. Yields rows as they come; ends early when the signal aborts. Same config, files, build and adapter: same numbers. */
export type Run<C> = (config: C, context: RunContext<C>) => AsyncIterable<Row>;
