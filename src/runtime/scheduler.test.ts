/** How submissions find their size and their number in flight, on clocks of their own; and that independent plans take turns. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { stream } from '../core/random';
import { mlp } from '../models/index';
import { crossEntropy } from '../ops/losses';
import { sgd } from '../optim/index';
import { planBytes, slotBytes, type Plan } from '../plan/index';
import { openGpu } from './gpu';
import type { GpuSession } from './gpuSession';
import { Depth, MOST_IN_FLIGHT, Pace } from './scheduler';
import { Trainer, TrainerGroup, type TrainerOptions } from './trainer';

describe('the size of a submission', () => {
  it('doubles until it lasts as long as it should, and then is settled', () => {
    const pace = new Pace(50, 1000);
    const sizes: number[] = [];
    let at = 0;
    while (!pace.settled) {
      sizes.push(pace.next);
      pace.measured(pace.next, at, (at += pace.next * 2));
    }
    expect(sizes).toEqual([1, 2, 4, 8, 16]);
    expect(pace.next).toBe(25);
  });
  it('never exceeds its limit', () => {
    const pace = new Pace(1e6, 7);
    for (let i = 0; i < 6; i++) pace.measured(pace.next, i, i + 1);
    expect(pace.next).toBe(7);
    expect(pace.settled).toBe(true);
  });
});

/** Steps a millisecond at each depth → the depth that is chosen, and how many submissions that took. */
const choose = (rate: (depth: number) => number): { readonly depth: number; readonly after: number } => {
  const depth = new Depth();
  let [at, after] = [0, 0];
  const seen = new Set<number>();
  for (let i = 0; i < 100; i++) {
    seen.add(depth.now);
    depth.measured(10, (at += 10 / rate(depth.now)), true);
    if (seen.size === 3 && after === 0) after = i;
  }
  return { depth: depth.now, after };
};
describe('submissions in flight', () => {
  it('are as few as give the best rate', () => {
    expect(choose(() => 1).depth).toBe(1);
    expect(choose((d) => (d === 1 ? 0.5 : 1)).depth).toBe(2);
    expect(choose((d) => (d === 3 ? 1 : 0.8)).depth).toBe(3);
    expect(choose((d) => (d === 3 ? 1.01 : d === 2 ? 1 : 0.9)).depth).toBe(2);
  });
  it('are not measured while submissions still grow', () => {
    const depth = new Depth();
    for (let i = 0; i < 100; i++) depth.measured(1, i, false);
    expect(depth.now).toBe(2);
    expect(MOST_IN_FLIGHT).toBe(3);
  });
});

const random = stream(1, 3);
const options = (hidden: number): TrainerOptions => ({
  model: mlp({ widths: [4, hidden, 3] }),
  loss: crossEntropy,
  optimiser: sgd({ lr: 0.1 }),
  seeds: [1, 2],
  data: { x: random.fillNormal(new Float32Array(64)), y: new Uint32Array(16).map((_, i) => i % 3), n: 16, target: [] },
});
/** Bytes of a plan's intermediate values. */
const temporary = (p: Plan): number => p.slots.reduce((sum, s) => sum + (s.variable === undefined && !s.kept ? slotBytes(s) : 0), 0);
describe('models that step together', () => {
  it('take turns, share no buffer for intermediate values, and have the bits they have alone', async () => {
    using gpu = await openGpu();
    const members = { narrow: options(8), wide: options(20) };
    using group = await TrainerGroup.open(gpu, members);
    const session = group.session as GpuSession;
    const [narrow, wide] = [session.ready('narrow.step'), session.ready('wide.step')];
    const woven = session.weave(['narrow.step', 'wide.step']);
    expect(woven.slice(0, 4)).toEqual([narrow[0], wide[0], narrow[1], wide[1]]);
    expect(woven.length).toBe(narrow.length + wide.length);
    expect(session.weave(['narrow.step', 'wide.step'])).toBe(woven);
    // What the steps need apart is what each needs by itself; the other plans lie in the first one's.
    using shared = await gpu.open(session.plans);
    expect(session.bytes - shared.bytes).toBeGreaterThanOrEqual(
      Math.min(temporary(session.plans['narrow.step']!), temporary(session.plans['wide.step']!)),
    );
    expect(session.bytes).toBeLessThanOrEqual(Object.values(session.plans).reduce((sum, p) => sum + planBytes(p), 0));
    for await (const _ of group.train({ steps: 25 })) continue;
    for (const name of ['narrow', 'wide'] as const) {
      using alone = await Trainer.open(gpu, members[name]);
      for await (const _ of alone.train({ steps: 25 })) continue;
      for (const r of [0, 1]) expect(await group.parameters(name, r)).toEqual(await alone.parameters(r));
    }
  });
  it('run one after another, with the same bits, where they were not opened to run together', async () => {
    using gpu = await openGpu();
    using group = await TrainerGroup.open(gpu, { narrow: options(8), wide: options(20) });
    using shared = (await gpu.open(group.session.plans)) as GpuSession;
    expect(shared.apart(['narrow.step', 'wide.step'])).toBe(false);
    const names = new Set(Object.values(shared.plans).flatMap((p) => Object.keys(p.variables)));
    for (const name of names) shared.write(name, (await group.session.read(name)).data);
    for await (const _ of group.train({ steps: 25 })) continue;
    for await (const _ of shared.train({ step: ['narrow.step', 'wide.step'], steps: 25 })) continue;
    for (const name of ['narrow.theta', 'wide.theta']) expect(await shared.read(name)).toEqual(await group.session.read(name));
  });
  it('are refused where there is no such plan', async () => {
    using gpu = await openGpu();
    using trainer = await Trainer.open(gpu, options(4));
    await expect(gpu.open(trainer.session.plans, { together: ['step', 'stop'] })).rejects.toThrow(ConfigError);
  });
});
