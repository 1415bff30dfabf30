/** Random graphs: the plan gives what the graph says, and keeps WebGPU's rules. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cases, type Case } from './graphs.testing';
import { plan, printPlan, type Plan } from './index';
import { breaches, execute, interpret, part } from './interpret.testing';

/** What the graph says each named result is for one replica, and what the plan left there. */
const results = ({ options: o, values }: Case, p: Plan): readonly (readonly [what: string, want: Float64Array, got: Float64Array])[] => {
  const memory = execute(p, values);
  return values.flatMap((table, r) => {
    const updates = new Map((o.updates ?? []).map(([v, t]) => [String(v.node.attrs['name']), t]));
    const outputs = Object.entries(o.outputs ?? {});
    const metrics = Object.entries(o.metrics ?? {});
    const wants = interpret([...outputs.map(([, t]) => t), ...updates.values(), ...metrics.map(([, t]) => t)], table);
    const ring = metrics.length > 0 ? part(memory, p.variables[p.metrics!.ring]!, r) : new Float64Array();
    return [
      ...outputs.map(([name], i) => [`${name} of replica ${r}`, wants[i]!, part(memory, p.outputs[name]!, r)] as const),
      ...Object.keys(table)
        .filter((name) => name in p.variables)
        .map((name) => {
          const at = [...updates.keys()].indexOf(name);
          return [
            `${name} of replica ${r}`,
            at < 0 ? table[name]! : wants[outputs.length + at]!,
            part(memory, p.variables[name]!, r),
          ] as const;
        }),
      ...metrics.map(([name], i) => [`${name} of replica ${r}`, wants[outputs.length + updates.size + i]!, ring.slice(i, i + 1)] as const),
    ];
  });
};

/** Apart from the sign of zero, which a sum with zeros loses. */
const plain = (x: Float64Array): readonly number[] => Array.from(x, (v) => v + 0);

it('gives what the graph says, bit for bit in float64, and keeps the rules of bindings and slots', () => {
  let dispatches = 0;
  fc.assert(
    fc.property(cases(false, fc.constantFrom(5, 8, 10)), (c) => {
      const p = plan(c.options);
      dispatches += p.dispatches.length;
      expect(breaches(p, c.options.maxBindings!), printPlan(p)).toEqual([]);
      for (const [what, want, got] of results(c, p)) expect(plain(got), `${what}\n${printPlan(p)}`).toEqual(plain(want));
      expect(JSON.stringify(plan(c.options))).toBe(JSON.stringify(p));
      expect(JSON.parse(JSON.stringify(p))).toEqual(p);
    }),
    { numRuns: 400, seed: 1 },
  );
  // Guards against a generator that makes trivial graphs.
  expect(dispatches).toBeGreaterThan(400 * 5);
});
