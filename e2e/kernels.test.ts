/** Every kernel × every option × every case of its oracle, on the adapter at hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS, type FnName } from '../shaders/functions';
import { ORACLES } from '../shaders/index';
import { anyOracle, type Oracle } from '../shaders/kernel';
import { pointwise, singleProgram } from '../shaders/pointwise';
import { pointwiseRef } from '../shaders/pointwise.ref';
import { compile, covering, openDevice, optionSets, runTrials, trialsOf, type Outcome } from './kernelHarness';

let device: GPUDevice;
beforeAll(async () => { device = await openDevice(); });
afterAll(() => device.destroy());

/** Pipelines made at a time. */
const LANES = 4;
/** Kernels with more option sets than this are thinned to those that hold every three option values together: pipelines are slow to make. */
const MANY = 48;

const checkAll = async (oracle: Oracle): Promise<Outcome> => {
  const started = performance.now();
  const { kernel } = oracle;
  const served = optionSets(kernel).filter((options) => trialsOf(oracle, options).length > 0);
  const queue = [...(served.length > MANY ? covering(served) : served)];
  const sets = queue.length;
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let options = queue.shift(); options; options = queue.shift())
      outcomes.push(await runTrials(device, oracle, await compile(device, kernel, options), trialsOf(oracle, options)));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const worst = Math.max(...outcomes.map((o) => o.worst));
  const checked = outcomes.reduce((sum, o) => sum + o.checked, 0);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${kernel.name}: ${sets} of ${served.length} option sets, ${checked} elements, worst error/bound ${worst.toFixed(3)}, ${seconds.toFixed(1)} s`);
  return { worst, checked, failures: outcomes.flatMap((o) => o.failures) };
};

const expectClean = ({ checked, failures }: Outcome): void => {
  expect(checked).toBeGreaterThan(0);
  expect(failures.length, `${failures.length} of ${checked}:\n${failures.slice(0, 8).join('\n')}`).toBe(0);
};

describe('kernels against their float64 oracles', () => {
  for (const oracle of ORACLES) it(oracle.kernel.name, async () => expectClean(await checkAll(oracle)));
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
        (args[Number(binding.slice(2))] === 'f32' ? Float64Array.from({ length: size }, () => spreadOf(name, random)) : undefined),
    } satisfies typeof pointwiseRef);
    it(name, async () => expectClean(await checkAll(oracle)));
  }
});

describe('covering', () => {
  it('keeps every three values together in fewer sets', () => {
    const bits = [false, true];
    const kernel = { ...ORACLES[0]!.kernel, options: { a: bits, b: bits, c: bits, d: bits, e: bits, f: bits } };
    const chosen = covering(optionSets(kernel));
    // Three booleans together need 8 sets; fewer could not hold all their values.
    expect(chosen.length).toBeGreaterThanOrEqual(8);
    expect(chosen.length).toBeLessThan(2 ** 6);
    const found = new Set(chosen.map((o) => [o['a'], o['c'], o['f']].join()));
    expect(found.size).toBe(8);
  });
});
