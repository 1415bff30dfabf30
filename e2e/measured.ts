/** The rows of a whole run of an experiment, without a page: nothing pauses it, and no setting changes on the way. */
import { Control } from '../src/lab/control';
import type { Config, Experiment, Row } from '../src/lab/experiment';
import type { Executor } from '../src/runtime/executor';

export const measured = async (experiment: Experiment, config: Config, executor: Executor): Promise<readonly Row[]> => {
  const control = new Control();
  const rows: Row[] = [];
  for await (const row of experiment.run(config, {
    executor,
    control,
    signal: new AbortController().signal,
    turn: () => Promise.resolve(),
    inputs: {},
    live: () => config,
  }))
    rows.push(row);
  return rows;
};
