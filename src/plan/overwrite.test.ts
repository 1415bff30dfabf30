/** Derivatives of hidden layers take the place of activations, where nothing forbids it. */
import { describe, expect, it } from 'vitest';
import { matmul as matmulKernel } from '../../shaders/matmul';
import { overwritten } from '../../shaders/program';
import { gradients } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { variable } from '../ops/leaf';
import { matmul } from '../ops/matmul';
import { mul, relu, step } from '../ops/pointwise';
import { sum } from '../ops/sum';
import { breaches } from './interpret.testing';
import { plan, printPlan, type Plan } from './index';

/** The dispatches whose product is stored over what their epilogue reads. */
const overwriting = (p: Plan): readonly number[] =>
  p.dispatches.flatMap((d, i) => (d.kernel === matmulKernel.name && overwritten(String(d.options['epilogue'])) !== undefined ? [i] : []));
const x = variable('x', [20, 12], { perReplica: false });
const w = variable('w', [12, 8]);
const v = variable('v', [8, 5]);
const network = (): { readonly h: Tensor; readonly loss: Tensor } => {
  const h = relu(matmul(x, w));
  return { h, loss: sum(matmul(h, v)) };
};

describe('a hidden layer’s derivative', () => {
  it('is stored over the activations, which their weights’ gradient has read by then', () => {
    const { loss } = network();
    const [dw, dv] = gradients(loss, [w, v]) as [Tensor, Tensor];
    const p = plan({ outputs: { dw, dv } });
    const [at] = overwriting(p);
    const d = p.dispatches[at!]!;
    const slot = d.args[2]!.slot;
    const readers = p.dispatches.flatMap((e, i) => (i !== at && e.args.some((a) => a.slot === slot) ? [i] : []));
    // relu writes it and vᵀ's gradient reads it before; w's reads the derivative after.
    expect(readers.filter((i) => i < at!).length, printPlan(p)).toBe(2);
    expect(readers.filter((i) => i > at!).length).toBe(1);
    expect(breaches(p, 8)).toEqual([]);
  });
  it('has a place of its own where the activations are a result, or are read after it and with it', () => {
    const { h, loss } = network();
    const [dw] = gradients(loss, [w]) as [Tensor];
    expect(overwriting(plan({ outputs: { dw } }))).toHaveLength(1);
    expect(overwriting(plan({ outputs: { dw, h } }))).toEqual([]);
    // A product of the activations with what comes of their derivative.
    const [delta] = gradients(loss, [h]) as [Tensor];
    const masked = mul(delta, step(h));
    expect(overwriting(plan({ outputs: { late: matmul(masked, w, { transB: true }) } }))).toHaveLength(1);
    expect(overwriting(plan({ outputs: { late: matmul(h, matmul(masked, masked, { transA: true })) } }))).toEqual([]);
  });
});
