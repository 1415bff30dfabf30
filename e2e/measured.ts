/** The rows of a run without a page: nothing pauses it, no files, settings that stay. */
import type { Config, Experiment, Row } from '../src/lab/experiment';
import type { Executor } from '../src/runtime/executor';

const control = { paused: false, whenResumed: () => Promise.resolve(), takeSingleStep: () => false };
export const measured = async (experiment: Pick<Experiment, 'run'>, executor: Executor, config: Config): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for await (const row of experiment.run(config, { executor, control, signal: new AbortController().signal, turn: () => Promise.resolve(), inputs: {}, live: () => config })) rows.push(row);
  return rows;
};
