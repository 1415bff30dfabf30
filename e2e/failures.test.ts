/** Errors of the engine: typed, worded with figures and what to do, and early. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { anyKernel, type Kernel } from '../shaders/kernel';
import { GPURunError, MemoryError, NoWebGPUError, ShaderError, ShapeError } from '../src/core/errors';
import { mlp } from '../src/models/index';
import { add, matmul, variable } from '../src/ops/index';
import { crossEntropy } from '../src/ops/losses';
import { sgd } from '../src/optim/index';
import { plan } from '../src/plan/index';
import { acquire } from '../src/runtime/device';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { PipelineCache } from '../src/runtime/pipelines';
import { trainerPlans } from '../src/runtime/trainer';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());
afterEach(() => {
  vi.unstubAllGlobals();
});

it('shapes that do not fit are named with their op while the graph is built', () => {
  const [a, b] = [variable('a', [3, 4]), variable('b', [5, 6])];
  expect(() => matmul(a, b)).toThrow(ShapeError);
  expect(() => matmul(a, b)).toThrow('matmul: op(A) is [3,4] (A [3,4]) but op(B) is [5,6] (B [5,6]): K differs');
  expect(() => add(a, b)).toThrow('add: [3,4] and [5,6] do not broadcast: axis -2 is 3 against 5');
});

it('memory is checked before anything is allocated, with the number of replicas that fits', async () => {
  const seeds = Array.from({ length: 1024 }, (_, r) => r);
  const plans = trainerPlans(
    {
      model: mlp({ widths: [1024, 1024, 10] }),
      loss: crossEntropy,
      optimiser: sgd({ lr: 0.1 }),
      seeds,
      data: { x: new Float32Array(0), y: new Uint32Array(0), n: 16, target: [] },
    },
    8,
  );
  // A budget so large that only the adapter's limit on one buffer counts.
  using roomy = await openGpu({ memoryBudget: 2 ** 50 });
  const createBuffer = vi.spyOn(roomy.device, 'createBuffer');
  const error = await roomy.open(plans).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(createBuffer).not.toHaveBeenCalled();
  createBuffer.mockRestore();
  expect(error).toBeInstanceOf(MemoryError);
  const { message, needed, allowed } = error as MemoryError;
  expect(needed).toBeGreaterThan(allowed);
  expect(message).toMatch(
    /needs [\d.]+ GiB in one buffer, the adapter allows [\d.]+ [MG]iB: at most \d+ of the 1024 replicas fit. Nothing was allocated/,
  );
  const fits = Number(/at most (\d+)/.exec(message)![1]);
  expect(fits * (needed / 1024)).toBeLessThanOrEqual(allowed);
  expect((fits + 1) * (needed / 1024)).toBeGreaterThan(allowed);
});

it('the budget of all buffers together is held too', async () => {
  using small = await openGpu({ memoryBudget: 2 ** 20 });
  const x = variable('x', [2 ** 20]);
  await expect(small.open({ p: plan({ outputs: { y: add(x, 1) } }) })).rejects.toThrow(/the plans need 8.000 MiB, the budget is 1.000 MiB/);
});

it('a shader that does not compile shows its numbered source', async () => {
  const broken: Kernel = {
    name: 'broken',
    dims: [],
    options: {},
    bindings: () => [],
    workgroups: () => [1, 1, 1],
    flops: () => 0,
    code: () => 'const one = 1;\n@compute @workgroup_size(1)\nfn main() {\n  let x: f32 = 1u;\n}\n',
  };
  const failed = await new PipelineCache(gpu.device).get(anyKernel(broken), {}).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(failed).toBeInstanceOf(ShaderError);
  expect((failed as ShaderError).message).toMatch(/^kernel 'broken' does not compile\nline 4: /);
  expect((failed as ShaderError).message).toContain('   4 |   let x: f32 = 1u;');
});

it('an error the GPU reports while a plan runs ends the run', async () => {
  using session = await gpu.open({ p: plan({ outputs: { y: add(variable('x', [4]), 1) } }) });
  session.write('x', new Float32Array(4));
  // A usage that validation refuses.
  gpu.device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await gpu.device.queue.onSubmittedWorkDone();
  await expect(
    (async () => {
      await session.run('p');
      await session.run('p');
    })(),
  ).rejects.toThrow(GPURunError);
  expect([...(await session.run('p'))['y']!.data]).toEqual([1, 1, 1, 1]);
});

const cause = async (navigatorLike: unknown, secure: boolean): Promise<string> => {
  vi.stubGlobal('navigator', navigatorLike);
  vi.stubGlobal('isSecureContext', secure);
  const error = await acquire().then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(NoWebGPUError);
  return (error as NoWebGPUError).reason;
};

it('the three causes of having no WebGPU are told apart', async () => {
  expect(await cause({}, true)).toBe('missing-api');
  expect(await cause({}, false)).toBe('insecure-context');
  expect(await cause({ gpu: { requestAdapter: () => Promise.resolve(null) } }, true)).toBe('no-adapter');
});
