/**
 * The order of units, and which updates of variables may happen in place.
 *
 * A unit that overwrites a variable must run after every other unit that reads the old value. Where data flow forbids that (the unit
 * also feeds such a reader), the update goes to a buffer of its own and is copied at the end.
 */
import type { Unit } from './fuse';
import { elements, inPlaceOf, isPack, isVariable, modeOf, sourceOf, type INode, type Value } from './ir';

export interface Ordered {
  readonly units: readonly Unit[];
  /** For each updated variable that is written in place: the unit that writes it. */
  readonly inPlace: ReadonlyMap<string, Unit>;
}

const nodesOf = (u: Unit): readonly INode[] => [...(u.kernel ? [u.kernel.node] : []), ...u.members, ...(u.sums ? [u.sums.node] : [])];
const variableName = (v: Value): string | undefined => {
  const { node } = sourceOf(v).base;
  return isVariable(node) ? String(node.attrs['name']) : undefined;
};
/** Can the unit store `value` over the variable, given what it reads of it itself? */
const mayOverwrite = (u: Unit, name: string, value: Value, shape: Value): boolean => {
  const out = sourceOf(value).base;
  // The whole of what the unit stores, of which the new value may be a part.
  if (out.replicated !== shape.replicated || elements(out) !== elements(shape) || (u.kernel && isPack(u.kernel.node))) return false;
  const reads = nodesOf(u).flatMap((n) => n.inputs.flatMap((v, i) => (variableName(v) === name ? [{ n, v, i }] : [])));
  if (u.kernel?.node === out.node) {
    const pair = inPlaceOf(out.node).find(([, o]) => o === out.index);
    return pair ? reads.every(({ n, i }) => n === out.node && i === pair[0]) && reads.length === 1 : reads.length === 0;
  }
  return u.kernel
    ? reads.length === 0
    : reads.every(({ v, n }) => sourceOf(v).offset === 0 && modeOf(v.shape, n.outputs[0]!.shape) === 'full');
};

/** `updates`: variable name → the value it takes at the end. */
export const orderUnits = (units: readonly Unit[], updates: ReadonlyMap<string, Value>, variables: ReadonlyMap<string, Value>): Ordered => {
  const unitOf = new Map<INode, Unit>(units.flatMap((u) => nodesOf(u).map((n) => [n, u] as const)));
  const before = new Map<Unit, Set<Unit>>(units.map((u) => [u, new Set()]));
  const readers = new Map<string, Set<Unit>>();
  for (const u of units)
    for (const v of nodesOf(u).flatMap((n) => n.inputs)) {
      const producer = unitOf.get(sourceOf(v).base.node);
      if (producer && producer !== u) before.get(u)!.add(producer);
      const name = variableName(v);
      if (name !== undefined) readers.set(name, (readers.get(name) ?? new Set()).add(u));
    }
  const reaches = (from: Unit, to: Unit): boolean => {
    const seen = new Set<Unit>();
    const stack = [from];
    for (let u = stack.pop(); u; u = stack.pop()) {
      if (u === to) return true;
      if (!seen.has(u)) {
        seen.add(u);
        stack.push(...before.get(u)!);
      }
    }
    return false;
  };
  const inPlace = new Map<string, Unit>();
  // A value that several variables take is stored over one of them and copied to the others.
  const stored = new Set<Value>();
  for (const [name, value] of updates) {
    const { base } = sourceOf(value);
    const writer = unitOf.get(base.node);
    if (!writer || stored.has(base) || sourceOf(value).offset !== 0 || !mayOverwrite(writer, name, value, variables.get(name)!)) continue;
    const others = [...(readers.get(name) ?? [])].filter((u) => u !== writer);
    if (others.some((u) => reaches(u, writer))) continue;
    for (const u of others) before.get(writer)!.add(u);
    inPlace.set(name, writer);
    stored.add(base);
  }
  return { units: kahn(units, before), inPlace };
};

const position = (u: Unit): number => Math.max(...nodesOf(u).map((n) => n.id));
/** Topological order; among the units that are ready, the one whose first node was built first. */
const kahn = (units: readonly Unit[], before: ReadonlyMap<Unit, ReadonlySet<Unit>>): readonly Unit[] => {
  const waiting = [...units].toSorted((a, b) => position(a) - position(b));
  const done = new Set<Unit>();
  const order: Unit[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex((u) => [...before.get(u)!].every((p) => done.has(p)));
    if (at < 0) throw new Error(`internal: the units form a cycle around ${waiting.map((u) => nodesOf(u)[0]?.op.name ?? '?').join(', ')}`);
    const [u] = waiting.splice(at, 1);
    done.add(u!);
    order.push(u!);
  }
  return order;
};
