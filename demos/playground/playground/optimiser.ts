/** The optimiser that the settings name. */
import { adam, adamw, sgd, type Optimiser } from '../../../src/optim/index';
import type { Config } from './fields';

/** With the learning rate and the decay of `c`, which a run may change; its kind may not change. */
export const optimiserOf = (c: Config): Optimiser => {
  const common = { lr: c.lr, weightDecay: c.weightDecay };
  switch (c.optimiser) {
    case 'momentum':
      return sgd({ ...common, momentum: c.momentum });
    case 'adam':
      return adam(common);
    case 'adamw':
      return adamw(common);
    default:
      return sgd(common);
  }
};
