/** Float64 oracle, error bound and test inputs for adam.ts. */
import { adam, adamUpdate, type AdamOptions } from './adam';
import type { Oracle } from './kernel';
import { updateCases, updateOracled } from './update';

/** A schedule's output at an early or late step of ordinary hyperparameters. */
const randomSched = (random: () => number): Float64Array => {
  const unit = (): number => Math.abs(random());
  const [beta1, beta2, t] = [0.8 + 0.2 * unit() * 0.99, 0.9 + 0.1 * unit() * 0.99, 1 + Math.floor(1000 * unit() ** 3)];
  return Float64Array.of(unit(), beta1, beta2, 1e-8, unit(), 1 - beta1 ** t, 1 - beta2 ** t, 0);
};

export const adamRef: Oracle<'n', AdamOptions> = {
  kernel: adam,
  cases: updateCases,
  exactOnIntegers: false,
  eval: (io, { n }, o) =>
    updateOracled(adamUpdate(o), o, io, n, ({ p, m, v, g, lr, beta1, beta2, eps, decay, c1, c2, lrScale, decayScale, mask }) => {
      const rate = lr! * lrScale!;
      const l2 = decay! * decayScale! * p!;
      const gradient = o.decoupled ? g! : g! + l2;
      const first = beta1! * m! + (1 - beta1!) * gradient;
      const second = beta2! * v! + (1 - beta2!) * gradient ** 2;
      const decayed = o.decoupled ? p! - rate * l2 : p!;
      return [decayed - (rate * (first / c1!)) / (Math.sqrt(second / c2!) + eps!), first, second].map((x) => x * mask!);
    }),
  input: (binding, size, _, random) => {
    if (binding === 'sched') return randomSched(random);
    const vector = (draw: (i: number) => number): Float64Array => Float64Array.from({ length: size }, (_, i) => draw(i));
    // Every eighth second moment and gradient are zero, as where nothing has reached a parameter yet; of these every other mean too.
    if (binding === 'g') return vector((i) => (i % 8 === 7 ? 0 : random()));
    if (binding === 'm') return vector((i) => (i % 16 === 15 ? 0 : random()));
    if (binding === 'v') return vector((i) => (i % 8 === 7 ? 0 : Math.abs(random())));
    return binding === 'mask' ? vector(() => (random() < 0 ? 0 : 1)) : undefined;
  },
};
