/** The variants' runs. */
import type { Config, Row, RunContext } from '../../src/lab/study';
import { variantOf } from './config';
import { runLazy } from './lazy';
import { runSpectral } from './spectral';
import { runVersus } from './versus';
import { runWidth } from './width';

export const runVariant = (c: Config, context: RunContext): AsyncGenerator<Row> => {
  switch (variantOf(c)) {
    case 'width':
      return runWidth(c, context);
    case 'lazy':
      return runLazy(c, context);
    case 'versus':
      return runVersus(c, context);
    case 'spectral':
      return runSpectral(c, context);
  }
};
