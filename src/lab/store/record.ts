/** Reading a run's record, which another build may have written, or nobody who knew how. */
import * as v from 'valibot';
import type { Config } from '../fields';
import type { ClaimVerdict } from '../claim';
import type { ProgressRow } from '../rows';
import type { Damaged, KeptRun } from './types';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const isConfig = (value: unknown): value is Config => typeof value === 'object' && value !== null && !Array.isArray(value);
const config = v.custom<Config>(isConfig, 'settings expected');
const verdict = v.looseObject({
  id: v.string(),
  says: v.string(),
  measured: v.string(),
  verdict: v.picklist(['agrees', 'disagrees', 'inconclusive']),
});
const progress = v.looseObject({ kind: v.literal('progress'), done: v.number(), total: v.number(), phase: v.string(), steps: v.number() });
/** What is optional here came later than the first records, or is not known from the start. */
const schema = v.object({
  id: v.string(),
  study: v.string(),
  title: v.string(),
  preset: v.string(),
  config,
  date: v.string(),
  build: v.string(),
  adapter: v.optional(v.object({ name: v.string(), software: v.boolean() })),
  state: v.picklist(['running', 'done', 'aborted', 'failed']),
  seconds: v.number(),
  progress: v.optional(v.custom<ProgressRow>((x) => v.is(progress, x))),
  verdicts: v.array(v.custom<ClaimVerdict>((x) => v.is(verdict, x))),
  points: count,
  cells: v.optional(count, 0),
  live: v.optional(v.array(v.object({ call: count, changes: config })), []),
  error: v.optional(v.object({ name: v.string(), message: v.string() })),
  resumable: v.optional(v.boolean(), false),
  imported: v.optional(v.boolean(), false),
  touched: v.optional(v.number(), 0),
});
/** A record as this build knows it. `touched`: see RunRecord. */
export type Readable = KeptRun & { readonly touched: number };

/** Records from before there were studies name a phenomenon as their `experiment`. */
export const readRecord = (id: string, record: unknown): Readable | Damaged => {
  if (!isConfig(record)) return { id, why: 'it is no record of a run' };
  const { experiment, ...rest }: { readonly experiment?: unknown } = record;
  const result = v.safeParse(schema, experiment === undefined ? rest : { ...rest, study: experiment });
  if (!result.success) return { id, why: `${v.getDotPath(result.issues[0]) ?? 'record'}: ${result.issues[0].message}` };
  const { adapter, progress: row, error } = result.output;
  return { ...result.output, adapter, progress: row, error };
};
export const isDamaged = (r: Readable | Damaged): r is Damaged => 'why' in r;
