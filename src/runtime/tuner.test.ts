/** The tuner chooses only what it has checked, keeps it, and changes no bit of any result. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matmul as kernel } from '../../shaders/matmul';
import { anyKernel } from '../../shaders/kernel';
import { ConfigError } from '../core/errors';
import { stream } from '../core/random';
import { matmul, variable } from '../ops/index';
import { ANY_ADAPTER, plan, specialise, type Plan } from '../plan/index';
import { successor } from '../plan/specialise';
import { rivals, shapeClass, variantOf, type Variant } from '../plan/variants';
import { acquire, type Acquired } from './device';
import { openGpu } from './gpu';
import type { GpuSession } from './gpuSession';
import { PipelineCache } from './pipelines';
import { memoryStore, Tuner } from './tuner';

let on: Acquired;
let pipelines: PipelineCache;
beforeAll(async () => {
  on = await acquire();
  pipelines = new PipelineCache(on.device);
});
afterAll(() => on.device.destroy());

const product = (M: number, K: number, N: number): Plan =>
  plan({ name: 'product', outputs: { y: matmul(variable('a', [M, K]), variable('b', [K, N])) } });
const only = (p: Plan): Plan['dispatches'][number] => p.dispatches[0]!;
const values = (seed: number, n: number): Float32Array => stream(seed, 1).fillNormal(new Float32Array(n));
/** The words of a 96×64 · 64×96 product. */
const bits = async (gpu: Awaited<ReturnType<typeof openGpu>>, p: Plan): Promise<Uint32Array> => {
  using session = await gpu.open({ p });
  session.write('a', values(1, 96 * 64));
  session.write('b', values(2, 64 * 96));
  return new Uint32Array((await session.run('p'))['y']!.data.slice().buffer);
};
/** The family's 4×4 kernel, its source changed, as a variant of another name. */
const altered = (id: string, change: (code: string) => string): Variant => {
  return {
    id,
    floats: 0,
    options: variantOf(only(product(64, 64, 64)))!.options,
    kernel: { ...anyKernel(kernel), name: id, code: (o) => change(anyKernel(kernel).code(o)) },
  };
};

describe('specialising a plan', () => {
  it('leaves it as it is for an adapter of which nothing is known', () => {
    const p = product(64, 64, 64);
    expect(specialise(p, ANY_ADAPTER)).toEqual(p);
  });
  it('takes quads where the adapter has them and the shape fills them, by shape alone', () => {
    expect(only(specialise(product(64, 64, 64), { quads: true })).kernel).toBe('matmulQuad');
    expect(only(specialise(product(64, 64, 3), { quads: true })).kernel).toBe('matmul');
  });
  it('takes a choice for a class of shapes where it fits, and no other', () => {
    const p = product(512, 64, 512);
    const shape = shapeClass(only(p));
    expect(only(specialise(p, ANY_ADAPTER, { [shape]: 'matmulShared 64x64x8' }))).toMatchObject({
      kernel: 'matmulShared',
      options: { tile: '64x64x8' },
    });
    expect(specialise(p, ANY_ADAPTER, { [shape]: 'matmulQuad wide', other: 'matmul 4x4' })).toEqual(p);
  });
});

describe('a successor', () => {
  it.each([
    [256, 72, 128],
    [520, 72, 31],
    [48, 136, 512],
  ])('takes its place when it is compiled, with the same bits: %i × %i × %i', async (M, K, N) => {
    using gpu = await openGpu();
    using session = (await gpu.open({ p: product(M, K, N) })) as GpuSession;
    session.write('a', values(1, M * K));
    session.write('b', values(2, K * N));
    const words = async (): Promise<Uint32Array> => new Uint32Array((await session.run('p'))['y']!.data.slice().buffer);
    const [before, pipeline] = [await words(), session.ready('p')[0]!.pipeline];
    const d = only(session.plans['p']!);
    expect(successor(only(product(M, K, N)))).toBeUndefined();
    expect(successor(d, { [shapeClass(d)]: 'matmulQuad wide' })).toBeUndefined();
    await session.improved;
    expect(await words()).toEqual(before);
    expect(session.ready('p')[0]!.pipeline === pipeline).toBe(successor(d) === undefined);
    expect(only(session.running('p'))).toEqual(successor(d) ?? d);
    // On the adapter that has quads these shapes have one.
    expect(successor(d) !== undefined).toBe(on.kind.quads);
  });
});

describe('the tuner', () => {
  it('measures each class once, keeps what it found, and spends nothing later', async () => {
    const store = memoryStore();
    const tuner = new Tuner('here', { store });
    const p = specialise(product(96, 64, 96), on.kind);
    await tuner.tune(on.device, pipelines, [p]);
    const [found, ...more] = await tuner.list();
    expect(more).toEqual([]);
    expect(found).toMatchObject({ shape: shapeClass(only(p)), pinned: false });
    expect(Object.keys(found!.ms)).toContain(found!.choice);
    expect(Object.keys(found!.ms)[0]).toBe(variantOf(only(p))!.id);
    const { spentMs } = tuner;
    expect(spentMs).toBeGreaterThan(0);
    await tuner.tune(on.device, pipelines, [p]);
    expect(tuner.spentMs).toBe(spentMs);
    const later = new Tuner('here', { store });
    await later.tune(on.device, pipelines, [p]);
    expect(later.spentMs).toBe(0);
    expect(await later.list()).toEqual([found]);
    expect(await new Tuner('elsewhere', { store }).list()).toEqual([]);
    await later.reset();
    expect(await new Tuner('here', { store }).list()).toEqual([]);
  });
  it('starts nothing once its budget is spent', async () => {
    const tuner = new Tuner('here', { budgetMs: 0 });
    await tuner.tune(on.device, pipelines, [specialise(product(96, 64, 96), on.kind)]);
    expect(await tuner.list()).toEqual([]);
    expect(tuner.choices).toEqual({});
  });
  it('never takes a variant that is fast and wrong, or right with other bits', async () => {
    // Stores nothing; compiles not at all; adds the products of a step in another order.
    const wrong = altered('nothing', (code) => code.replace(/\bdims\.K; k \+= 4u/, '0u; k += 4u'));
    const broken = altered('broken', () => 'fn main() { missing }');
    const reordered = altered('reordered', (code) =>
      code.replace(/(a4_(\d)\.x \* b0_0) \+ (a4_\d\.y \* b1_0) \+ (a4_\d\.z \* b2_0)/g, '$4 + $3 + $1'),
    );
    const tuner = new Tuner('here', { budgetMs: 60_000, rivals: () => [wrong, broken, reordered] });
    const p = product(64, 64, 64);
    await tuner.tune(on.device, pipelines, [p]);
    const [found] = await tuner.list();
    expect(found).toMatchObject({ choice: variantOf(only(p))!.id });
    expect(Object.keys(found!.ms)).toEqual([variantOf(only(p))!.id]);
    for (const v of [wrong, broken, reordered]) await expect(tuner.pin(on.device, pipelines, only(p), v.id)).rejects.toThrow(ConfigError);
  });
  it('finds that variants of a family agree in every bit on this adapter', async () => {
    const tuner = new Tuner('here');
    for (const d of [only(product(70, 36, 52)), only(specialise(product(70, 36, 52), on.kind))])
      for (const v of rivals(d)) {
        await tuner.pin(on.device, pipelines, d, v.id);
        expect((await tuner.list()).find((f) => f.shape === shapeClass(d))).toMatchObject({ choice: v.id, pinned: true });
      }
  });
  it('refuses to pin what there is not', async () => {
    await expect(new Tuner('here').pin(on.device, pipelines, only(product(8, 8, 8)), 'matmul 3x5')).rejects.toThrow(
      /no variant 'matmul 3x5'.*matmul 4x4/,
    );
  });
});

describe('an executor that tunes', () => {
  it('gives the bits of one that does not, whatever it chose, and runs what is pinned', async () => {
    const p = product(96, 64, 96);
    using plain = await openGpu();
    using tuned = await openGpu({ tune: { software: true } });
    const want = await bits(plain, p);
    expect(await bits(tuned, p)).toEqual(want);
    using first = await tuned.open({ p });
    const d = only(first.plans['p']!);
    const [v] = rivals(d);
    await tuned.pin(d, v!.id);
    using second = await tuned.open({ p });
    expect(variantOf(only(second.plans['p']!))!.id).toBe(v!.id);
    expect(await bits(tuned, p)).toEqual(want);
    await expect(plain.pin(d, v!.id)).rejects.toThrow(/without `tune`/);
  });
});
