/** The rows of a whole run of a study, without a page: nothing pauses it, and no setting changes on the way. */
import { Control } from '../src/lab/control';
import type { Config, Study, Row } from '../src/lab/study';
import type { Executor } from '../src/runtime/executor';

export const measured = async (study: Study, config: Config, executor: Executor): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  const control = new Control();
  for await (const row of study.run(config, {
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
