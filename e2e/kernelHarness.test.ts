/** What the kernel matrix would say of wrong kernels: each fault below must be found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyOracle, prologue, type Binding, type Kernel, type Oracle } from '../shaders/kernel';
import { ORACLES } from '../shaders/index';
import { compile, covering, openDevice, optionSets, runTrials, trialsOf, type Outcome } from './kernelHarness';

let device: GPUDevice;
beforeAll(async () => { device = await openDevice(); });
afterAll(() => device.destroy());

const bindings: readonly Binding<'n'>[] = [
  { name: 'x', dtype: 'f32', access: 'read', size: ({ n }) => n },
  { name: 'y', dtype: 'f32', access: 'write', size: ({ n }) => n },
];
/** y = 2x, exactly; `body` may get it wrong. */
const doubling = (body: string): Oracle => {
  const kernel: Kernel<'n', Record<never, never>> = {
    name: 'doubling', dims: ['n'], options: {}, bindings: () => bindings, workgroups: ({ n }, _, R) => [n, 1, R], flops: ({ n }) => n,
    code: () => `${prologue(['n'], bindings)}
@compute @workgroup_size(1) fn main(@builtin(workgroup_id) group: vec3u) {
  let from_x = group.z * dims.rs_x + group.x;
  let to_y = group.z * dims.rs_y + group.x;
  ${body}
}`,
  };
  return anyOracle({
    kernel, cases: [{ n: 5 }], exactOnIntegers: true,
    eval: ([x]) => [{ value: x!.map((v) => 2 * v), bound: new Float64Array(x!.length) }],
  } satisfies Oracle<'n', Record<never, never>>);
};
const check = async (body: string): Promise<Outcome> => {
  const oracle = doubling(body);
  return runTrials(device, oracle, await compile(device, oracle.kernel, {}), trialsOf(oracle, {}));
};

describe('the kernel harness', () => {
  it('passes a right kernel, over every element of R = 1 and 3, reals and integers', async () => {
    expect(await check('y[to_y] = 2.0 * x[from_x];')).toEqual({ worst: 0, checked: 5 * (1 + 3) * 2, failures: [] });
  });
  it.each([
    ['a wrong value', 'y[to_y] = select(2.0, 3.0, group.x == 4u) * x[from_x];', /y\[4\] got/],
    ['an element left out', 'if (group.x != 2u) { y[to_y] = 2.0 * x[from_x]; }', /y\[2\] got nothing written/],
    ['a write behind the end', 'y[to_y] = 2.0 * x[from_x]; if (group.x == 4u && group.z + 1u == dims.R) { y[to_y + 1u] = 0.0; }', /wrote word/],
    ['one replica read for all', 'y[to_y] = 2.0 * x[from_x - group.z * dims.rs_x];', /R=3 .* replica [12]/],
    ['a read past the replica', 'y[to_y] = 2.0 * x[from_x] + x[group.z * dims.rs_x + dims.n];', /y\[0\] got NaN/],
  ])('finds %s', async (_, body, message) => { expect((await check(body)).failures.join('\n')).toMatch(message); });
  it('gives the numbered source of a kernel that does not compile', async () => {
    await expect(check('y[to_y] = missing;')).rejects.toThrow(/unresolved value 'missing'[^]*\d+: {3}y\[to_y\] = missing;/);
  });
});

describe('covering', () => {
  it('keeps every three values together in fewer sets', () => {
    const bits = [false, true];
    const kernel = { ...ORACLES[0]!.kernel, options: { a: bits, b: bits, c: bits, d: bits, e: bits, f: bits } };
    const chosen = covering(optionSets(kernel));
    // Three booleans together need 8 sets; fewer could not hold all their values.
    expect(chosen.length).toBeGreaterThanOrEqual(8);
    expect(chosen.length).toBeLessThan(2 ** 6);
    const names = Object.keys(kernel.options);
    for (const a of names) for (const b of names) for (const c of names)
      if (a < b && b < c) expect(new Set(chosen.map((o) => [o[a], o[b], o[c]].join())).size).toBe(8);
  });
});
