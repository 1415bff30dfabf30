/**
 * On an adapter that offers no more than WebGPU promises everywhere: its default limits and no optional features. The kernels' needs over all options,
 * then the kernels that the planner chooses: every op with its derivatives, and a training step of every model by every optimiser, all within the
 * oracles' bounds.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORACLES } from '../shaders/index';
import type { Kernel, Options } from '../shaders/kernel';
import { LimitError } from '../src/core/errors';
import { stream } from '../src/core/random';
import { sizeOf } from '../src/core/shape';
import { cnn, mlp, modularAdditionTransformer, quadraticMlp, transformer, type Model } from '../src/models/index';
import { crossEntropy } from '../src/ops/index';
import { adam, adamw, sgd, type Optimiser } from '../src/optim/index';
import type { Plan } from '../src/plan/index';
import { FEATURES } from '../src/runtime/device';
import { openGpu, type GpuExecutor } from '../src/runtime/gpu';
import { EVERY_ADAPTER, servedSets } from '../src/runtime/kernelCheckCases';
import { trainerPlans } from '../src/runtime/trainer';
import type { Values } from './evaluate';
import { opAgreement } from './opAgreement';
import { OP_MATRIX } from './opCases';
import { stepwise } from './stepwise';

/** Source: WebGPU, §3.6.2 Limits, the defaults. */
const DEFAULTS = {
  ...EVERY_ADAPTER,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxBufferSize: 256 * 2 ** 20,
} as const;

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu({ defaultLimits: true });
});
afterAll(() => gpu.dispose());

it('is a device with the default limits and without optional features', () => {
  expect(gpu.device.limits).toMatchObject(DEFAULTS);
  expect(FEATURES.filter((f) => gpu.device.features.has(f))).toEqual([]);
  expect(gpu.maxBindings).toBe(DEFAULTS.maxStorageBuffersPerShaderStage);
});

/** Bytes of an element: a scalar, a vector of four, or what the code declares as an alias or a struct of these. */
const bytesOf = (type: string, code: string): number => {
  if (/^[fu]32$/.test(type)) return 4;
  if (/^vec4(?:[fu]|<[fu]32>)$/.test(type)) return 16;
  const alias = new RegExp(`alias ${type} = ([^;]+);`).exec(code)?.[1];
  if (alias) return bytesOf(alias, code);
  const fields = new RegExp(`struct ${type} \\{([^}]+)\\}`).exec(code)![1]!.split(',');
  return fields.reduce((sum, field) => sum + bytesOf(field.split(':')[1]!.trim(), code), 0);
};
interface Needs {
  readonly bindings: number;
  readonly invocations: number;
  readonly memory: number;
}
const needsOf = (kernel: Kernel, o: Options): Needs => {
  const code = kernel.code(o);
  const sizes = /@workgroup_size\(([^)]+)\)/.exec(code)![1]!.split(',').map(Number);
  const arrays = [...code.matchAll(/var<workgroup> \w+: array<(.+), (\d+)>;/g)];
  expect(arrays).toHaveLength(code.split('var<workgroup>').length - 1);
  return {
    bindings: kernel.bindings(o).length,
    invocations: sizes.reduce((product, n) => product * n, 1),
    memory: arrays.reduce((sum, [, type, n]) => sum + Number(n) * bytesOf(type!, code), 0),
  };
};
describe('over all its options', () => {
  it.each(ORACLES.map((o) => [o.kernel.name, o] as const))('%s needs no more than every adapter offers', (name, oracle) => {
    const all = servedSets(oracle, { maxStorageBuffersPerShaderStage: Infinity }).map((o) => needsOf(oracle.kernel, o));
    const most = (of: (n: Needs) => number): number => Math.max(...all.map(of));
    // A counter beside groups and a mask is the one too many: the planner splits it off.
    expect(most((n) => n.bindings)).toBeLessThanOrEqual(DEFAULTS.maxStorageBuffersPerShaderStage + (name === 'adam' ? 1 : 0));
    expect(most((n) => n.invocations)).toBeLessThanOrEqual(DEFAULTS.maxComputeInvocationsPerWorkgroup);
    expect(most((n) => n.memory)).toBeLessThanOrEqual(DEFAULTS.maxComputeWorkgroupStorageSize);
    expect(Math.min(...all.map((n) => n.invocations))).toBeGreaterThan(0);
  });
});

it.each(OP_MATRIX)('%s runs, with its derivatives', (_, cases) =>
  fc.assert(
    fc.asyncProperty(cases, fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: 7 }), async (c, seed, shared) => {
      const { checked, failures } = await opAgreement(gpu, c, seed, 2, shared);
      expect(failures.join('\n'), c.label).toBe('');
      expect(checked).toBeGreaterThan(0);
    }),
    { numRuns: 1 },
  ),
);

const [N, R, CLASSES] = [6, 2, 5];
const MODELS: readonly (readonly [string, Model])[] = [
  ['mlp', mlp({ widths: [10, 12, 12, CLASSES] })],
  ['residual mlp', mlp({ widths: [10, 12, 12, CLASSES], residual: true })],
  ['cnn', cnn({ length: 12, layers: [{ size: 3, stride: 2, channels: 4 }], outputs: CLASSES })],
  ['transformer', transformer({ ...modularAdditionTransformer(CLASSES), dModel: 8, heads: 2, dMlp: 12, norm: 'layer' })],
  ['quadratic mlp', quadraticMlp({ symbols: CLASSES, hidden: 8 })],
];
const common = {
  lr: [0.1, 0.3],
  weightDecay: 0.1,
  schedule: { kind: 'cosine', warmup: 2, total: 20 },
  groups: (_: string, bias: boolean) => (bias ? { decay: 0 } : { lr: 0.5 }),
} as const;
const OPTIMISERS: readonly Optimiser[] = [sgd(common), sgd({ ...common, momentum: 0.9 }), adam(common), adamw(common)];

const stepOf = (model: Model, optimiser: Optimiser, maxBindings: number): Plan =>
  trainerPlans(
    {
      model,
      optimiser,
      loss: crossEntropy,
      data: { x: new Float32Array(N * sizeOf(model.input)), y: new Uint32Array(N), n: N, target: [] },
      batch: 4,
      seeds: [1, 2],
      mask: new Float32Array(model.layout.total),
      metrics: ['loss', 'gradientNorm', 'weightNorm', 'updateNorm'],
    },
    maxBindings,
  )['step']!;
/** Any state that training could be in: labels and tokens below the number of classes, a mask of 0 and 1, all else between 0 and 1. */
const stateOf = (p: Plan, optimiser: Optimiser): Values =>
  Object.fromEntries(
    Object.entries(p.variables).map(([name, t], k) => {
      const { bits, uniform } = stream(3, k);
      const n = sizeOf(t.shape) * t.replicas;
      if (name === 'hyper') return [name, optimiser.hyper(R)];
      if (t.dtype === 'u32') return [name, Uint32Array.from({ length: n }, (_, i) => bits(i) % CLASSES)];
      return [name, Float32Array.from({ length: n }, (_, i) => (name === 'mask' ? bits(i) % 2 : uniform(i)))];
    }),
  );

describe.each(MODELS)('a step of the %s with groups, a mask, a schedule and metrics', (_, model) => {
  it.each(OPTIMISERS.map((o) => [o.name, o] as const))('by %s', async (_name, optimiser) => {
    const p = stepOf(model, optimiser, gpu.maxBindings);
    const { checked, failures } = await stepwise(gpu, p, stateOf(p, optimiser));
    expect(failures.join('\n')).toBe('');
    expect(checked).toBeGreaterThan(model.layout.total);
  });
});

it('refuses a plan made for an adapter that allows more, by name, before anything is built', async () => {
  const p = stepOf(MODELS[0]![1], adamw(common), 9);
  await expect(gpu.open({ p })).rejects.toThrow(LimitError);
  await expect(gpu.open({ p })).rejects.toThrow(/plan 'step': dispatch \d+, 'adam' for .*, binds 9 storage buffers, 8 are allowed/);
});
