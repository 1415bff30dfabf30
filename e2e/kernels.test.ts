/** Every kernel × every option × every case of its oracle, on the adapter at hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS, type FnName } from '../shaders/functions';
import { ORACLES } from '../shaders/index';
import { anyKernel, anyOracle, U32, type Oracle } from '../shaders/kernel';
import { pointwise, singleProgram } from '../shaders/pointwise';
import { pointwiseRef } from '../shaders/pointwise.ref';
import { IDENTITY } from '../shaders/program';
import { softmaxCrossEntropyRef } from '../shaders/softmaxCrossEntropy.ref';
import { acquire } from '../src/runtime/device';
import { ShaderError } from '../src/core/errors';
import { checkKernel, runTrials, type Outcome } from '../src/runtime/kernelCheck';
import { covering, runsOn, servedSets, trialsOf } from '../src/runtime/kernelCheckCases';

let device: GPUDevice;
beforeAll(async () => {
  ({ device } = await acquire());
});
afterAll(() => device.destroy());

/** A software adapter takes seconds to compile a kernel that uses workgroup memory. */
const PATIENCE_MS = 400_000;
/** Kernels with more option sets than this are thinned to those that hold every three option values together: pipelines are slow to make. */
const MANY = 48;

const checkAll = async (oracle: Oracle): Promise<Outcome> => {
  const started = performance.now();
  const served = servedSets(oracle, device.limits);
  const sets = served.length > MANY ? covering(served) : served;
  const outcome = await checkKernel(device, oracle, sets, (options) => trialsOf(oracle, options));
  const seconds = (performance.now() - started) / 1000;
  const scope = `${sets.length} of ${served.length} option sets, ${outcome.checked} elements`;
  console.log(`${oracle.kernel.name}: ${scope}, worst error/bound ${outcome.worst.toFixed(3)}, ${seconds.toFixed(1)} s`);
  return outcome;
};

const expectClean = ({ checked, failed, failures }: Outcome): void => {
  expect(checked).toBeGreaterThan(0);
  expect(failed, `${failed} of ${checked}:\n${failures.join('\n')}`).toBe(0);
};

describe('kernels against their float64 oracles', () => {
  for (const oracle of ORACLES)
    it(
      oracle.kernel.name,
      async () => {
        if (runsOn(oracle.kernel, device.features)) expectClean(await checkAll(oracle));
        else await expect(runTrials(device, oracle, servedSets(oracle, device.limits)[0]!, [])).rejects.toThrow(ShaderError);
      },
      PATIENCE_MS,
    );
});

/** Arguments over many magnitudes, of both signs where the function takes them; all within the range of f32 results. */
const spreadOf = (name: FnName, random: () => number): number => {
  const x = random() * 2 ** Math.floor(7 * random());
  return name === 'log' || name === 'sqrt' ? Math.abs(x) + 2 ** -100 : name === 'exp' ? x / 2 : x;
};

describe('pointwise functions against their float64 twins', () => {
  for (const name of Object.keys(FUNCTIONS) as FnName[]) {
    const { args, result } = FUNCTIONS[name];
    const oracle = anyOracle({
      ...pointwiseRef,
      kernel: { ...pointwise, name: `pointwise ${name}`, options: { program: [singleProgram(name, args, result)], vec4: [false, true] } },
      exactOnIntegers: false,
      input: (binding, size, _, random) =>
        args[Number(binding.slice(2))] === 'f32' ? Float64Array.from({ length: size }, () => spreadOf(name, random)) : undefined,
    } satisfies typeof pointwiseRef);
    it(name, async () => expectClean(await checkAll(oracle)));
  }
});

describe('softmaxCrossEntropy where the label has nearly all the mass', () => {
  it('keeps the relative accuracy of loss and residual', async () => {
    const dims = { rows: 1, C: 3 };
    const gap = 23.5;
    const oracle = anyOracle({
      ...softmaxCrossEntropyRef,
      cases: [dims],
      input: (binding) => (binding === 'logits' ? Float64Array.of(0, gap, 0) : binding === 'labels' ? Float64Array.of(1) : undefined),
    } satisfies typeof softmaxCrossEntropyRef);
    const options = { grad: true, epilogue: IDENTITY };
    const [loss, residual] = oracle.eval([Float64Array.of(0, gap, 0), Float64Array.of(1)], dims, options);
    // About 1.2e-10, below what float32 resolves next to 1: 1 − p, or ln(1 + s) as written, would give 0.
    expect(loss!.value[0]).toBe(Math.log1p(2 * Math.exp(-gap)));
    expect(loss!.value[0]!).toBeLessThan(U32 / 2);
    // exp at −23.5 errs by 3 + 2·23.5 ULP; everything else by a few more, under that again.
    const ulps = 2 * (3 + 2 * gap);
    for (const [want, at] of [
      [loss!, 0],
      [residual!, 0],
      [residual!, 1],
      [residual!, 2],
    ] as const)
      expect(want.bound[at]! / Math.abs(want.value[at]!)).toBeLessThan(ulps * U32);
    expectClean(await runTrials(device, oracle, options, trialsOf(oracle, options)));
    // The bound is tight enough to tell: with a difference from 1 in either place the kernel fails.
    for (const [own, naive] of [
      ['log1p_accurate(others)', 'log(1.0 + others)'],
      [
        'select(exp(logits[base + j] - top), -wrong, j == label) / total',
        'exp(logits[base + j] - top) / total - select(0.0, 1.0, j == label)',
      ],
    ] as const) {
      const kernel = {
        ...softmaxCrossEntropyRef.kernel,
        name: naive,
        code: (o: typeof options) => softmaxCrossEntropyRef.kernel.code(o).replace(own, naive),
      };
      expect(kernel.code(options)).not.toBe(softmaxCrossEntropyRef.kernel.code(options));
      expect(
        (await runTrials(device, { ...oracle, kernel: anyKernel(kernel) }, options, trialsOf(oracle, options))).failed,
      ).toBeGreaterThan(0);
    }
  });
});
