/** What the kernel matrix and the self-test say of wrong kernels: each fault below must be found. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORACLES } from '../../shaders/index';
import { anyOracle, prologue, type Binding, type Kernel, type Oracle } from '../../shaders/kernel';
import { DeviceLostError } from '../core/errors';
import { acquire } from './device';
import { runTrials, type Outcome } from './kernelCheck';
import { covering, optionSets, runsOn, servedSets, trialsOf } from './kernelCheckCases';
import { selfTest, type KernelResult } from './kernelCheckSelf';

let device: GPUDevice;
beforeAll(async () => {
  ({ device } = await acquire());
});
afterAll(() => device.destroy());

const bindings: readonly Binding<'n'>[] = [
  { name: 'x', dtype: 'f32', access: 'read', size: ({ n }) => n },
  { name: 'y', dtype: 'f32', access: 'write', size: ({ n }) => n },
];
/** y = 2x, exactly; `body` may get it wrong. */
const doubling = (body: string): Oracle => {
  const kernel: Kernel<'n', Record<never, never>> = {
    name: 'doubling',
    dims: ['n'],
    options: {},
    bindings: () => bindings,
    workgroups: ({ n }, _, R) => [n, 1, R],
    flops: ({ n }) => n,
    code: () => `${prologue(['n'], bindings)}
@compute @workgroup_size(1) fn main(@builtin(workgroup_id) group: vec3u) {
  let from_x = group.z * dims.rs_x + group.x;
  let to_y = group.z * dims.rs_y + group.x;
  ${body}
}`,
  };
  return anyOracle({
    kernel,
    cases: [{ n: 5 }],
    exactOnIntegers: true,
    eval: ([x]) => [{ value: x!.map((v) => 2 * v), bound: new Float64Array(x!.length) }],
  } satisfies Oracle<'n', Record<never, never>>);
};
const check = async (body: string): Promise<Outcome> => {
  const oracle = doubling(body);
  return runTrials(device, oracle, {}, trialsOf(oracle, {}));
};

describe('the check of one kernel', () => {
  it('passes a right kernel, over every element of R = 1 and 3, reals and integers, and R = 3 with NaN and either infinity', async () => {
    expect(await check('y[to_y] = 2.0 * x[from_x];')).toEqual({
      checked: 5 * ((1 + 3) * 2 + 3 * 3),
      worst: 0,
      largest: 0,
      failed: 0,
      failures: [],
    });
  });
  it.each([
    ['a wrong value', 'y[to_y] = select(2.0, 3.0, group.x == 4u) * x[from_x];', /y\[4\] got/],
    ['an element left out', 'if (group.x != 2u) { y[to_y] = 2.0 * x[from_x]; }', /y\[2\] got nothing written/],
    [
      'a write behind the end',
      'y[to_y] = 2.0 * x[from_x]; if (group.x == 4u && group.z + 1u == dims.R) { y[to_y + 1u] = 0.0; }',
      /wrote word/,
    ],
    ['one replica read for all', 'y[to_y] = 2.0 * x[from_x - group.z * dims.rs_x];', /R=3 .* replica [12]/],
    ['NaN made a number', 'y[to_y] = 2.0 * clamp(x[from_x], -3.0, 3.0e38);', /reals and NaN replica \d: y\[\d\] got .*, want NaN/],
    ['NaN made 0', 'y[to_y] = select(2.0 * x[from_x], 0.0, (bitcast<u32>(x[from_x]) & 0x7fffffffu) > 0x7f800000u);', /got 0, want NaN/],
    [
      'an infinity made finite',
      'y[to_y] = select(2.0 * x[from_x], 3.0e38, bitcast<u32>(x[from_x]) == 0x7f800000u);',
      /reals and Infinity replica \d: y\[\d\] got .*, want Infinity/,
    ],
    [
      'an infinity times a mask of 0',
      'y[to_y] = 2.0 * x[from_x] + f32(dims.n / 1000u) * x[group.z * dims.rs_x + (group.x + 1u) % dims.n];',
      /reals and -?Infinity replica \d: y\[\d\] got NaN, want/,
    ],
    ['a read past the replica', 'y[to_y] = 2.0 * x[from_x] + x[group.z * dims.rs_x + dims.n];', /y\[0\] got NaN/],
  ])('finds %s', async (_, body, message) => {
    expect((await check(body)).failures.join('\n')).toMatch(message);
  });
  it('counts every failure and measures the largest, with the first few in words', async () => {
    // y = 3x errs by |x|: of the whole numbers drawn, at most 3; by nothing where x is 0.
    const { checked, failed, failures, largest, worst } = await check('y[to_y] = 3.0 * x[from_x];');
    expect(failed).toBeGreaterThan(failures.length);
    expect(failed).toBeLessThanOrEqual(checked);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(3);
    expect(worst).toBe(0); // a share of a bound that is 0 has no meaning
  });
  it('gives the numbered source of a kernel that does not compile', async () => {
    await expect(check('y[to_y] = missing;')).rejects.toThrow(/unresolved value 'missing'[^]*\d+ \| {3}y\[to_y\] = missing;/);
  });
});

const bits = [false, true];
const bitwise = { ...ORACLES[0]!.kernel, options: { a: bits, b: bits, c: bits, d: bits, e: bits, f: bits } };

describe('covering', () => {
  it('keeps every three values together in fewer sets', () => {
    const kernel = bitwise;
    const chosen = covering(optionSets(kernel));
    // Three booleans together need 8 sets; fewer could not hold all their values.
    expect(chosen.length).toBeGreaterThanOrEqual(8);
    expect(chosen.length).toBeLessThan(2 ** 6);
    const names = Object.keys(kernel.options);
    for (const a of names)
      for (const b of names)
        for (const c of names) if (a < b && b < c) expect(new Set(chosen.map((o) => [o[a], o[b], o[c]].join())).size).toBe(8);
  });
  it('keeps every two values together in fewer still', () => {
    const chosen = covering(optionSets(bitwise), 2);
    expect(chosen.length).toBeGreaterThanOrEqual(4);
    expect(chosen.length).toBeLessThan(covering(optionSets(bitwise)).length);
    const names = Object.keys(bitwise.options);
    for (const a of names) for (const b of names) if (a < b) expect(new Set(chosen.map((o) => [o[a], o[b]].join())).size).toBe(4);
  });
});

/** A registered kernel whose source has `from` replaced. */
const altered = (name: string, from: string | RegExp, to: string): Oracle => {
  const oracle = ORACLES.find((o) => o.kernel.name === name)!;
  const code = (o: Parameters<Kernel['code']>[0]): string => {
    const right = oracle.kernel.code(o);
    const wrong = right.replace(from, to);
    expect(wrong).not.toBe(right);
    return wrong;
  };
  return { ...oracle, kernel: { ...oracle.kernel, code } };
};
const results = async (on: GPUDevice, oracles: readonly Oracle[]): Promise<readonly KernelResult[]> => {
  const all: KernelResult[] = [];
  for await (const result of selfTest(on, { oracles })) all.push(result);
  return all;
};

describe('the self-test', () => {
  it('passes every registered kernel, trying each value of every option', async () => {
    const all = await results(device, ORACLES);
    const able = ORACLES.filter(({ kernel }) => runsOn(kernel, device.features));
    expect(all.map((r) => r.kernel)).toEqual(able.map((o) => o.kernel.name));
    expect(all.flatMap((r) => r.failures)).toEqual([]);
    for (const [i, r] of all.entries()) {
      expect(r).toMatchObject({ failed: 0, allSets: servedSets(able[i]!, device.limits).length });
      expect(r.checked).toBeGreaterThan(0);
      expect(r.sets).toBeGreaterThanOrEqual(Math.max(...Object.values(able[i]!.kernel.options).map((values) => values.length), 1));
      expect(r.worst).toBeLessThanOrEqual(1);
    }
    console.log(`self-test: ${all.map((r) => `${r.kernel} ${r.sets}/${r.allSets} sets, ${r.ms.toFixed(0)} ms`).join('; ')}`);
  });
  it('names what a kernel with a wrong constant gets wrong, and goes on', async () => {
    const [wrong, next] = await results(device, [
      altered('uniform', '* 0x1p-24', '* 0x1p-23'),
      ORACLES.find((o) => o.kernel.name === 'record')!,
    ]);
    expect(wrong!.failed).toBeGreaterThan(0);
    expect(wrong!.failures[0]).toMatch(/^uniform \{\} dims .* R=1 \w+ replica 0: \w+\[\d+\] got .*, want .*, error .*, bound 0$/);
    expect(next).toMatchObject({ kernel: 'record', failed: 0 });
  });
  it('makes a kernel that does not compile a failed row, and goes on', async () => {
    const [broken, next] = await results(device, [
      altered('scatterAdd', 'fn main(', 'fn main(missing: nothing, '),
      ORACLES.find((o) => o.kernel.name === 'record')!,
    ]);
    expect(broken).toMatchObject({ kernel: 'scatterAdd', checked: 0, failed: broken!.sets });
    expect(broken!.failures[0]).toMatch(/'scatterAdd' does not compile[^]*nothing/);
    expect(next).toMatchObject({ kernel: 'record', failed: 0 });
  });
  it('ends with the loss of the device', async () => {
    const own = (await acquire()).device;
    own.destroy();
    await expect(results(own, ORACLES)).rejects.toThrow(DeviceLostError);
  });
});
