/** An earlier report read from its JSON, and which of its rows differ from a later one's by more than both scatter. */
import * as v from 'valibot';
import { changeOf, type Change } from '../../core/spread';
import { FormatError } from '../../core/errors';
import type { BenchReport, BenchRow } from './report';

const Spread = v.object({ median: v.number(), low: v.number(), high: v.number(), samples: v.number() });
/** What a comparison needs of a report; the rest passes. */
const Earlier = v.looseObject({
  format: v.literal('overparam-bench'),
  version: v.literal(1),
  build: v.string(),
  date: v.string(),
  host: v.string(),
  adapter: v.looseObject({ name: v.string(), software: v.boolean() }),
  rows: v.array(v.looseObject({ id: v.string(), state: v.string(), time: v.optional(Spread) })),
});
export type EarlierReport = v.InferOutput<typeof Earlier>;

/** Throws FormatError that says where the text is no report. */
export const readReport = (text: string): EarlierReport => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError('bench report', `no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const parsed = v.safeParse(Earlier, json);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new FormatError('bench report', `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`);
};

export interface Comparison {
  /** By id, of rows that both measured. `ratio`: later time over earlier. */
  readonly changes: ReadonlyMap<string, { readonly ratio: number; readonly change: Change }>;
  /** What makes the two hard to compare; and which report it is. */
  readonly warnings: readonly string[];
}

export const compare = (earlier: EarlierReport, later: BenchReport): Comparison => {
  const before = new Map(earlier.rows.map((r) => [r.id, r.time] as const));
  const both = later.rows.flatMap((row: BenchRow) => {
    const then = before.get(row.id);
    return then && row.time && then.median > 0 && row.time.median > 0 ? [[row.id, changeOf(then, row.time)] as const] : [];
  });
  return {
    changes: new Map(both),
    warnings: [
      `build ${earlier.build}, ${earlier.date}; ${both.length} rows in common; a change is named where the medians differ by more than both middle halves together`,
      ...(earlier.adapter.name === later.adapter.name ? [] : [`it ran on another adapter, ${earlier.adapter.name}`]),
      ...(earlier.host === later.host ? [] : [`it ran in another host, ${earlier.host}`]),
    ],
  };
};
