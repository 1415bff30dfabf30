/** The optimiser that the settings name. */
import type { Config } from '../../src/lab/study';
import { adam, adamw, sgd, type Optimiser } from '../../src/optim/index';
import { num } from './config';

/** With the learning rate and the decay of `c`, which a run may change; its kind may not change. */
export const optimiserOf = (c: Config): Optimiser => {
  const common = { lr: num(c, 'lr'), weightDecay: num(c, 'weightDecay') };
  switch (c['optimiser']) {
    case 'momentum':
      return sgd({ ...common, momentum: num(c, 'momentum') });
    case 'adam':
      return adam(common);
    case 'adamw':
      return adamw(common);
    default:
      return sgd(common);
  }
};
