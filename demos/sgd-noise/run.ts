/** The variants' runs. */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { runBatch } from './batch';
import { variantOf } from './config';
import { runMislabelled } from './mislabelled';
import { runQuadratic } from './quadratic';
import { runScale } from './scale';
import { runTemperature } from './temperature';

export const runVariant = (c: Config, context: RunContext): AsyncGenerator<Row> => {
  switch (variantOf(c)) {
    case 'scale':
      return runScale(c, context);
    case 'batch':
      return runBatch(c, context);
    case 'temperature':
      return runTemperature(c, context);
    case 'quadratic':
      return runQuadratic(c, context);
    case 'mislabelled':
      return runMislabelled(c, context);
  }
};
