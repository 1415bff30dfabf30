/** The variants' runs. */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { variantOf } from './config';
import { runExact } from './exact';
import { runOverTime } from './overTime';
import { runPhase } from './phase';

export const runGrokking = (c: Config, context: RunContext): AsyncGenerator<Row> => {
  switch (variantOf(c)) {
    case 'time':
      return runOverTime(c, context);
    case 'phase':
      return runPhase(c, context);
    case 'exact':
      return runExact(c, context);
  }
};
