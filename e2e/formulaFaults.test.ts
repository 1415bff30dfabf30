/**
 * The bounds of the oracles of per-example and infinite-width kernels are tight enough to tell a formula from a slightly wrong one: each fault below, put
 * into the kernel's text, must exceed them on random reals.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arcKernelDiagonalRef, arcKernelRef } from '../shaders/arcKernel.ref';
import { exampleNormRef } from '../shaders/exampleNorm.ref';
import { gramRef } from '../shaders/gram.ref';
import { jacobianRef } from '../shaders/jacobian.ref';
import { anyOracle, type Options, type Oracle } from '../shaders/kernel';
import { acquire } from '../src/runtime/device';
import { runTrials } from '../src/runtime/kernelCheck';
import { trialsOf } from '../src/runtime/kernelCheckCases';

let device: GPUDevice;
beforeAll(async () => {
  ({ device } = await acquire());
});
afterAll(() => device.destroy());

/** Two parts in 10⁵: some 170 units of roundoff. */
const SLIGHTLY = 1.00002;
const [layer, arc] = [
  { vec: false, accumulate: false, bias: true, form: 'outer', shared: true },
  { activation: 'relu', self: false },
];
const [gram, norm, jacobian, relu, diagonal] = [
  anyOracle(gramRef),
  anyOracle(exampleNormRef),
  anyOracle(jacobianRef),
  anyOracle(arcKernelRef),
  anyOracle(arcKernelDiagonalRef),
];

const FAULTS: readonly (readonly [fault: string, Oracle, Options, from: string | RegExp, to: string])[] = [
  ['gram: a factor on the bias', gram, { ...layer, tile: '1x1' }, 'var u0 = f32(1.0)', `var u0 = f32(${SLIGHTLY})`],
  ['gram: a factor on a pair of positions', gram, { ...layer, tile: '4x4' }, 'u0 * v0', `${SLIGHTLY} * u0 * v0`],
  ['gram: a scale left out', gram, { ...layer, tile: '1x1', form: 'scale', bias: false }, /y0 \+= a2\[[^\]]*\] \* /, 'y0 += '],
  ['exampleNorm: a pair of positions not doubled', norm, layer, 'select(1.0, 2.0, s < t)', '1.0'],
  ['exampleNorm: a factor', norm, layer, 'out[at] = c0', `out[at] = ${SLIGHTLY} * c0`],
  [
    'jacobian: a factor on the bias',
    jacobian,
    { vec: false, bias: true, form: 'outer', shared: true },
    ', 1.0, k0 == dims.p',
    `, ${SLIGHTLY}, k0 == dims.p`,
  ],
  ['jacobian: the row below', jacobian, { vec: false, bias: false, form: 'lookup', shared: true }, '== k0)', '== k0 + 1u)'],
  ['relu: a factor on √(qq′ − k²)', relu, arc, '(r * 0.15', `(${SLIGHTLY} * r * 0.15`],
  ['relu: a factor on the angle', relu, arc, 'let slope = polar', `let slope = ${SLIGHTLY} * polar`],
  ['relu: squares that cancel', relu, arc, '(s - k) * (s + k)', 's * s - k * k'],
  ['relu: σb² left out of Θ', relu, arc, 'value + weight * both.y', 'weight * both.x + weight * both.y'],
  ['relu: T in the place of Ṫ', relu, arc, 'weight * both.y * Theta', 'weight * both.x * Theta'],
  ['relu: the diagonal beside it', relu, { ...arc, self: true }, 'i == j)', 'i == j + 1u)'],
  ['erf: a factor on k', relu, { ...arc, activation: 'erf' }, '2.0 * abs(k * back)', `${2 * SLIGHTLY} * abs(k * back)`],
  ['erf: a factor on qq′ − k²', relu, { ...arc, activation: 'erf' }, '4.0 * (square', `${4 * SLIGHTLY} * (square`],
  ['erf: a factor on q + q′', relu, { ...arc, activation: 'erf' }, '2.0 * (q * unit', `${2 * SLIGHTLY} * (q * unit`],
  ['erf: D in the place of √D', relu, { ...arc, activation: 'erf' }, '1.2732395447351628 / root', '1.2732395447351628 / (root * root)'],
  ['the diagonal: a factor on T', diagonal, { activation: 'relu' }, '* dual(own', `* ${SLIGHTLY} * dual(own`],
  ['the diagonal of erf: k wrong', diagonal, { activation: 'erf' }, 'dual(own, own, own)', `dual(own, own, own / ${SLIGHTLY})`],
];

/** Failures of the kernel whose text is `code`. */
const failures = async (oracle: Oracle, options: Options, code: string): Promise<number> => {
  const wrong: Oracle = { ...oracle, kernel: { ...oracle.kernel, code: () => code } };
  return (
    await runTrials(
      device,
      wrong,
      options,
      trialsOf(oracle, options).filter((t) => !t.integers),
    )
  ).failed;
};
describe('a wrong formula is found', () => {
  it.each(FAULTS)('%s', async (_, oracle, options, from, to) => {
    const right = oracle.kernel.code(options);
    const wrong = right.replace(from, to);
    expect(wrong).not.toBe(right);
    expect(await failures(oracle, options, right)).toBe(0);
    expect(await failures(oracle, options, wrong)).toBeGreaterThan(0);
  });
});
