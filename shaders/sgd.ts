/**
 * sgd: one step of gradient descent with L2 decay and momentum, in place, as PyTorch defines it:
 *   g ← g + wd·p;  v ← μ·v + g;  p ← p − lr·v, or p − lr·(g + μ·v) with `nesterov`. Without `momentum`: p ← p − lr·g, no v.
 *
 * Shapes   p, v, g [n] f32, n a multiple of 4 (layouts make it one of 64); sched [8] from schedule.ts: lr, μ and wd are its elements 0, 1
 *          and 4. `groups`: lrScale, decayScale [n] multiply lr and wd. `mask`: mask [n] of 0 and 1 multiplies the new p and v, so that
 *          pruned parameters stay exactly 0. `count`: step [1] u32 grows by one.
 * Numerics each operation rounds once; the bound is a running error analysis of the program.
 * Source   Sutskever, Martens, Dahl & Hinton (2013), On the importance of initialization and momentum, in PyTorch's form.
 * Oracle   sgd.ref.ts
 */
import type { Kernel } from './kernel';
import { programFlops, type Line } from './program';
import { updateBindings, updateCode, updateGrid, updateProgram, updateValid, type Update } from './update';

export type SgdOptions = { nesterov: boolean; momentum: boolean; groups: boolean; mask: boolean; count: boolean };

export const sgdUpdate = ({ nesterov, momentum }: SgdOptions): Update => {
  const velocity: readonly Line[] = momentum
    ? [
        ['v', 'mul', 'beta1', 'v'],
        ['v', 'add', 'v', 'g'],
      ]
    : [];
  const ahead: readonly Line[] = nesterov
    ? [
        ['ahead', 'mul', 'beta1', 'v'],
        ['ahead', 'add', 'g', 'ahead'],
      ]
    : [];
  return {
    state: momentum ? ['p', 'v'] : ['p'],
    lines: [
      ['l2', 'mul', 'decay', 'p'],
      ['g', 'add', 'g', 'l2'],
      ...velocity,
      ...ahead,
      ['change', 'mul', 'lr', nesterov ? 'ahead' : momentum ? 'v' : 'g'],
      ['p', 'sub', 'p', 'change'],
    ],
  };
};

export const sgd: Kernel<'n', SgdOptions> = {
  name: 'sgd',
  dims: ['n'],
  options: { nesterov: [false, true], momentum: [false, true], groups: [false, true], mask: [false, true], count: [false, true] },
  bindings: (o) => updateBindings(sgdUpdate(o).state, o),
  // Nesterov's step looks ahead along the momentum, so it needs one.
  valid: (d, { nesterov, momentum }) => updateValid(d) && (momentum || !nesterov),
  workgroups: (d, _, R) => updateGrid(d, R),
  flops: ({ n }, o) => n * programFlops(updateProgram(sgdUpdate(o), o)),
  code: (o) => updateCode(sgdUpdate(o), o),
};
