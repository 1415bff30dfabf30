/**
 * What the tangent kernel takes by each method, summed over outputs and full: operations, memory and time, side by side in one run. The lot:
 *
 *   VITE_NTK_EXAMPLES=64,512,2048 VITE_NTK_NETS=64-128-1,64-512-512-10 npx vitest run --project dawn e2e/ntkCost.test.ts
 *
 * prints a line for each size, net, method; VITE_NTK_BLOCK sets the block. A case that would take more than VITE_NTK_SECONDS
 * (default 20), by one of its runs or else by its operations at the rate of a kernel of 16 examples, is not run, and its time is given as estimated.
 */
import { expect, it } from 'vitest';
import { stream } from '../src/core/random';
import { ntk, ntkCost, ntkEstimate, type Examples, type NtkMethod, type NtkOptions } from '../src/measure/index';
import { mlp } from '../src/models/index';
import { openGpu } from '../src/runtime/gpu';

const setting = (name: string, fallback: string): string => String(import.meta.env[`VITE_NTK_${name}`] ?? fallback);
const SIZES = setting('EXAMPLES', '32').split(',').map(Number);
const LIMIT = Number(setting('SECONDS', '20'));
const NETS = setting('NETS', '64-128-1,16-32-4')
  .split(',')
  .map((widths) => widths.split('-').map(Number));
/** Examples whose kernel tells the rate. */
const FEW = 16;
const METHODS: readonly NtkMethod[] = ['structured', 'jacobian', 'products'];
const { fillNormal } = stream(1, 7);

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(3)} MiB`;

it.each(NETS.flatMap((widths) => SIZES.map((n) => [widths, n] as const)))(
  'MLP %j, %i examples',
  async (widths, n) => {
    using gpu = await openGpu();
    const model = mlp({ widths });
    const theta = fillNormal(new Float32Array(model.layout.total)).map((v) => v / 16);
    const examples = { x: fillNormal(new Float32Array(n * widths[0]!)), n };
    const outputs = model.outputs === 1 ? (['sum'] as const) : (['sum', 'full'] as const);
    for (const kind of outputs) {
      const base: NtkOptions = {
        outputs: kind,
        hostBudget: 2 ** 33,
        ...(setting('BLOCK', '') === '' ? {} : { block: Number(setting('BLOCK', '')) }),
      };
      // All rows of the Jacobian at once, as an engine without per-example rules has them: planned only.
      const rows = ntkCost(model, n, undefined, { ...base, method: 'jacobian', block: n, window: model.layout.total });
      const seconds: Partial<Record<NtkMethod, number>> = {};
      for (const method of METHODS) {
        const time = async ({ n: count, x }: Examples): Promise<number> => {
          const began = performance.now();
          await ntk(gpu, model, theta, { x, n: count }, undefined, { ...base, method });
          return (performance.now() - began) / 1000;
        };
        const few = { x: examples.x.subarray(0, FEW * widths[0]!), n: FEW };
        await time(few); // makes pipelines
        const [cost, small] = [n, FEW].map((count) => ntkCost(model, count, undefined, { ...base, method }));
        const guess = (await time(few)) * (cost!.flops / small!.flops);
        // Few examples fill no GPU, nor any core: one run of the block's plan tells more, where that is not too long itself.
        const estimate =
          guess > LIMIT && guess / cost!.runs < 3 * LIMIT
            ? (await ntkEstimate(gpu, model, theta, examples, examples, { ...base, method })).seconds
            : guess;
        const ran = estimate <= LIMIT;
        const first = ran ? await time(examples) : estimate;
        // Other sizes take other pipelines; where it is cheap, what is told is the second run.
        seconds[method] = ran && first < LIMIT / 4 ? await time(examples) : first;
        console.log(
          `NTK of ${n}, MLP ${widths.join('-')}, ${kind}, ${method}: ${seconds[method].toPrecision(3)} s${ran ? '' : ' (estimated, not run)'}, ${mib(cost!.deviceBytes)} on the device, ${mib(cost!.hostBytes)} on the host, ${(cost!.flops / 1e9).toPrecision(3)} GFLOP, ${cost!.dispatches} dispatches (${gpu.name})`,
        );
      }
      const ratio = (of: NtkMethod): string => (seconds['jacobian']! / seconds[of]!).toPrecision(3);
      console.log(
        `  against explicit rows: structured ${ratio('structured')} times as fast, products ${ratio('products')}; all rows at once would take ${mib(rows.deviceBytes)}`,
      );
      const [structured, explicit] = [
        ntkCost(model, n, undefined, { ...base, method: 'structured' }),
        ntkCost(model, n, undefined, { ...base, method: 'jacobian' }),
      ];
      expect(structured.flops).toBeLessThan(explicit.flops);
      expect(structured.deviceBytes).toBeLessThan(rows.deviceBytes);
    }
  },
  1_800_000,
);
