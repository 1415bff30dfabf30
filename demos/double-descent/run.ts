/** The variants' runs. */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { variantOf } from './config';
import { runEpochwise } from './epochwise';
import { runFeatures } from './features';
import { runLinear } from './linear';
import { runMlp } from './mlp';

export const runVariant = (c: Config, context: RunContext): AsyncGenerator<Row> => {
  switch (variantOf(c)) {
    case 'linear':
      return runLinear(c, context);
    case 'features':
      return runFeatures(c, context);
    case 'epoch':
      return runEpochwise(c, context);
    case 'mlp':
      return runMlp(c, context);
  }
};
