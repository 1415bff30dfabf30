/** Float64 oracle, error bound and test shapes for sgd.ts. */
import type { Oracle } from './kernel';
import { sgd, sgdUpdate, type SgdOptions } from './sgd';
import { updateCases, updateOracled } from './update';

export const sgdRef: Oracle<'n', SgdOptions> = {
  kernel: sgd,
  cases: updateCases,
  exactOnIntegers: true,
  eval: (io, { n }, o) =>
    updateOracled(sgdUpdate(o), o, io, n, ({ p, v, g, lr, beta1, decay, lrScale, decayScale, mask }) => {
      const gradient = g! + decay! * decayScale! * p!;
      if (!o.momentum) return [(p! - lr! * lrScale! * gradient) * mask!];
      const velocity = beta1! * v! + gradient;
      const step = o.nesterov ? gradient + beta1! * velocity : velocity;
      return [(p! - lr! * lrScale! * step) * mask!, velocity * mask!];
    }),
};
