/**
 * The matrix over ops. Every op, on graphs drawn at random that apply it once:
 *
 *   meaning      its plan on the float64 reference, in each of seven replicas, equals the graph interpreted from the definitions, to the bit;
 *   derivatives  jvp equals Richardson-extrapolated differences, and vjp is jvp's transpose (derivatives.ts derives the tolerances);
 *   GPU          every dispatch of op, vjp and jvp together lies within its oracle's bound, for one model and for three (stepwise.ts).
 *
 * Then functions made of many ops, through second derivatives.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { openReference } from '../src/runtime/reference';
import { COMPOSITES, hessianOutputs } from './composites';
import { checkDerivatives, checkHessian } from './derivatives';
import { planOf } from './evaluate';
import { direction, draw, OP_MATRIX, variablesOf, type OpCase } from './opCases';
import { opAgreement } from './opAgreement';
import { stepwise } from './stepwise';

/** Draws per op: the reference costs milliseconds a draw; on a software adapter each new pipeline costs up to 100 ms. */
const REFERENCE_RUNS = 12;
const GPU_RUNS = 2;

const reference = openReference();
let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const seeds = fc.nat({ max: 2 ** 31 - 1 });
const onReference = (c: OpCase, seed: number): Promise<readonly string[]> => {
  const xs = variablesOf(c);
  return checkDerivatives(reference, {
    xs,
    y: c.apply(xs),
    inexactRule: c.inexactRule ?? false,
    u: (n, i) => direction(n, seed + i),
    x: Object.fromEntries(c.inputs.map((s, i) => [`x${i}`, draw(s, seed + i)])),
  });
};

describe.each(OP_MATRIX)('%s', (_, cases) => {
  it('means what its definition says, and differentiates', () =>
    fc.assert(
      fc.asyncProperty(cases, seeds, async (c, seed) => {
        expect(await onReference(c, seed), c.label).toEqual([]);
      }),
      { numRuns: REFERENCE_RUNS },
    ));

  it('runs on the GPU within the oracles’ bounds', () =>
    fc.assert(
      fc.asyncProperty(cases, seeds, fc.nat({ max: 7 }), async (c, seed, shared) => {
        for (const R of [1, 3]) {
          const { checked, failures } = await opAgreement(gpu, c, seed, R, shared);
          expect(failures.join('\n'), `${c.label}, ${R} replicas`).toBe('');
          expect(checked).toBeGreaterThan(0);
        }
      }),
      { numRuns: GPU_RUNS },
    ));
});

describe.each(COMPOSITES)('$name', (composite) => {
  it('has a symmetric Hessian that both ways of deriving twice and differences agree on', async () => {
    for (const seed of [1, 2, 3]) expect(await checkHessian(reference, hessianOutputs(composite), composite.values(seed))).toEqual([]);
  });

  it('runs on the GPU within the oracles’ bounds', async () => {
    for (const R of [1, 3]) {
      const { gradient, hu } = hessianOutputs(composite);
      const plan = planOf({ gradient, hu }, R);
      const x = Float64Array.from(Array.from({ length: R }, (_, r) => [...composite.values(r, false)['x']!]).flat());
      const { checked, worst, failures } = await stepwise(gpu, plan, { ...composite.values(0, false), x });
      expect(failures.join('\n')).toBe('');
      console.log(
        `${composite.name} ×${R}: ${plan.dispatches.length} dispatches, ${checked} elements, worst error/bound ${worst.toFixed(3)}`,
      );
    }
  });
});
