/**
 * adam: one step of Adam, in place, as PyTorch defines it, with L2 in the gradient or, `decoupled`, AdamW's decay:
 *   L2: g ← g + wd·p. AdamW: p ← p − lr·wd·p.   m ← β1·m + (1 − β1)·g;  v ← β2·v + (1 − β2)·g²;
 *   p ← p − lr·(m/c1)/(√(v/c2) + ε), c1 = 1 − β1ᵗ, c2 = 1 − β2ᵗ.
 *
 * Shapes   p, m, v, g [n] f32, n a multiple of 4 (layouts make it one of 64); sched [8] from schedule.ts: lr, β1, β2, ε, wd, c1, c2, 0.
 *          `groups`: lrScale, decayScale [n] multiply lr and wd. `mask`: mask [n] of 0 and 1 multiplies the new p, m and v, so that
 *          pruned parameters stay exactly 0. `count`: step [1] u32 grows by one.
 * Numerics each operation rounds as its line in functions.ts says; the bound is a running error analysis of the program. 1 − β is taken
 *          from the f32 β. Squares of gradients below 2⁻⁶³ may flush to zero; ε (1e-8) hides that. From 1.8e19 on
 *          they are infinite, as in PyTorch, and the step 0.
 * Source   Kingma & Ba (2015), Adam; Loshchilov & Hutter (2019), Decoupled weight decay regularization.
 * Oracle   adam.ref.ts
 */
import type { Kernel } from './kernel';
import { programFlops, type Line } from './program';
import { updateBindings, updateCode, updateGrid, updateProgram, updateValid, type Update } from './update';

export type AdamOptions = { decoupled: boolean; groups: boolean; mask: boolean; count: boolean };

const STATE = ['p', 'm', 'v'] as const;
const L2: readonly Line[] = [
  ['l2', 'mul', 'decay', 'p'],
  ['g', 'add', 'g', 'l2'],
];
const DECAY: readonly Line[] = [
  ['l2', 'mul', 'decay', 'p'],
  ['l2', 'mul', 'lr', 'l2'],
  ['p', 'sub', 'p', 'l2'],
];
const MOMENTS: readonly Line[] = [
  ['one', 'const', 1],
  ['rest', 'sub', 'one', 'beta1'],
  ['new', 'mul', 'rest', 'g'],
  ['m', 'mul', 'beta1', 'm'],
  ['m', 'add', 'm', 'new'],
  ['rest', 'sub', 'one', 'beta2'],
  ['new', 'square', 'g'],
  ['new', 'mul', 'rest', 'new'],
  ['v', 'mul', 'beta2', 'v'],
  ['v', 'add', 'v', 'new'],
];
const STEP: readonly Line[] = [
  ['mean', 'div', 'm', 'c1'],
  ['scale', 'div', 'v', 'c2'],
  ['scale', 'sqrt', 'scale'],
  ['scale', 'add', 'scale', 'eps'],
  ['change', 'div', 'mean', 'scale'],
  ['change', 'mul', 'lr', 'change'],
  ['p', 'sub', 'p', 'change'],
];
export const adamUpdate = ({ decoupled }: AdamOptions): Update => ({
  state: STATE,
  lines: [...(decoupled ? DECAY : L2), ...MOMENTS, ...STEP],
});

export const adam: Kernel<'n', AdamOptions> = {
  name: 'adam',
  dims: ['n'],
  options: { decoupled: [false, true], groups: [false, true], mask: [false, true], count: [false, true] },
  bindings: (o) => updateBindings(STATE, o),
  valid: (d) => updateValid(d),
  workgroups: (d, _, R) => updateGrid(d, R),
  flops: ({ n }, o) => n * programFlops(updateProgram(adamUpdate(o), o)),
  code: (o) => updateCode(adamUpdate(o), o),
};
