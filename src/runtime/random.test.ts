/** Random graphs on the GPU, of ops and values that are exact in f32: the bits that the graph's own meaning gives. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cases, type Case } from '../plan/graphs.testing';
import { plan, printPlan, type Plan } from '../plan/index';
import { interpret } from '../plan/interpret.testing';
import type { HostTensor, Session } from './executor';
import { openGpu, type GpuExecutor } from './gpu';

let gpu: GpuExecutor;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

const upload = (session: Session, { values }: Case, p: Plan): void => {
  for (const [name, { dtype, replicas }] of Object.entries(p.variables)) {
    if (!(name in values[0]!)) continue;
    const all = values.slice(0, replicas).flatMap((table) => Array.from(table[name]!));
    session.write(name, dtype === 'u32' ? Uint32Array.from(all) : Float32Array.from(all));
  }
};
/** One replica's elements, the sign of zero aside: max(−0, 0) may be either. */
const replica = ({ data, replicas, size }: HostTensor, r: number): readonly number[] => {
  const at = (replicas > 1 ? r : 0) * size;
  return Array.from(data.subarray(at, at + size), (v) => v + 0);
};
const MAGNITUDE = 2 ** 24;

/** Named results: what the graph says for each replica, and where the session has them. */
const check = async (session: Session, { options: o, values }: Case, p: Plan): Promise<void> => {
  upload(session, { options: o, values } as Case, p);
  const results = await session.run('p');
  const updates = (o.updates ?? []).map(([v, t]) => [String(v.node.attrs['name']), t] as const);
  for (const [name] of updates) Object.assign(results, { [`new ${name}`]: await session.read(name) });
  const roots = [...Object.entries(o.outputs ?? {}), ...updates.map(([name, t]) => [`new ${name}`, t] as const)];
  values.forEach((table, r) =>
    interpret(
      roots.map(([, t]) => t),
      table,
    ).forEach((want, i) => {
      const name = roots[i]![0];
      expect(replica(results[name]!, r), `${name} of replica ${r}\n${printPlan(p)}`).toEqual(Array.from(want, (v) => v + 0));
    }),
  );
};

/** Products of products may leave the integers that f32 holds; such a case is left out. */
const isExact = ({ options: o, values }: Case): boolean => {
  const everything = [...Object.values(o.outputs ?? {}), ...(o.updates ?? []).map(([, t]) => t)];
  return values.every((table) => interpret(everything, table).every((x) => x.every((v) => Number.isInteger(v) && Math.abs(v) < MAGNITUDE)));
};

it('gives what the graph says, and breaks no rule of WebGPU', async () => {
  let dispatches = 0;
  await fc.assert(
    fc.asyncProperty(cases(true, fc.constantFrom(5, 8)).filter(isExact), async (c) => {
      const p = plan({ ...c.options, metrics: {} });
      dispatches += p.dispatches.length;
      using session = await gpu.open({ p });
      await check(session, c, p);
    }),
    { numRuns: 60, seed: 3, endOnFailure: true },
  );
  console.log(`${dispatches} dispatches`);
  expect(dispatches).toBeGreaterThan(60 * 3);
});
