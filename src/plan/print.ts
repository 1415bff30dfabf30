/** A plan as a table: one line per dispatch with its shape, work and slots. Goes into every failure. */
import { IDENTITY } from '../../shaders/program';
import { planBytes, slotBytes, type Arg, type Plan, type PlanDispatch } from './plan';

const UNITS = ['', 'k', 'M', 'G', 'T'];
const si = (n: number): string => {
  const p = n < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(n) / 3));
  const x = n / 1000 ** p;
  return `${p === 0 ? String(Math.round(n)) : x.toPrecision(3)} ${UNITS[p]!}`;
};
const optionsOf = (d: PlanDispatch): string =>
  Object.entries(d.options)
    .flatMap(([k, v]) => {
      if (k === 'epilogue' || k === 'program') {
        if (v === IDENTITY) return [];
        const { body } = JSON.parse(String(v)) as { body: [string, ...number[]][] };
        return [`${k}=${body.map(([f, a]) => (f === 'const' ? String(a) : f)).join('·') || 'copy'}`];
      }
      return v === false ? [] : [v === true ? k : `${k}=${v}`];
    })
    .join(' ');
const argOf = (a: Arg): string => `${a.slot}${a.offset > 0 ? `+${a.offset}` : ''}`;

export const printPlan = (p: Plan): string => {
  const rows = p.dispatches.map((d, i) => [
    String(i),
    d.kernel,
    Object.entries(d.dims)
      .map(([k, v]) => `${k}=${v}`)
      .join(' '),
    optionsOf(d),
    `×${d.replicas}`,
    d.args.map(argOf).join(' '),
    `${si(d.flops)}FLOP`,
    `${si(d.bytes)}B`,
    d.writes.join(', '),
  ]);
  const widths = rows.reduce<number[]>((w, r) => r.map((c, i) => Math.max(w[i] ?? 0, c.length)), []);
  const total = (f: (d: PlanDispatch) => number): string => si(p.dispatches.reduce((s, d) => s + f(d), 0));
  const slots = p.slots.map(
    (s) => `  slot ${s.id}: ${s.variable ?? (s.kept ? 'kept' : 'temporary')} ${s.dtype} ${s.size}×${s.replicas}, ${si(slotBytes(s))}B`,
  );
  return [
    `${p.name}: ${p.dispatches.length} dispatches, ${p.replicas} replica${p.replicas === 1 ? '' : 's'}, ${total((d) => d.flops)}FLOP, ${total((d) => d.bytes)}B moved, ${si(planBytes(p))}B in ${p.slots.length} slots, ${si(p.leastBytes)}B at best`,
    ...rows.map(
      (r) =>
        `  ${r
          .map((c, i) => c.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}`,
    ),
    ...slots,
  ].join('\n');
};
