/** What the headless runner says when a run is over. */
import type { Verdict } from '../lab/experiment';

/** A judged claim as it crosses from the page: no functions. */
export interface ClaimVerdict {
  readonly claim: { readonly id: string; readonly says: string; readonly source: string };
  readonly judgement: { readonly verdict: Verdict; readonly measured: string; readonly value?: number; readonly interval?: readonly [number, number] };
}

export type RunState = 'idle' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';

export const EXIT = { agrees: 0, disagrees: 1, usage: 2, failed: 3, interrupted: 130 } as const;

/** An inconclusive claim does not fail a run: a small preset cannot support every claim, and says so. */
export const exitCode = (state: RunState, verdicts: readonly ClaimVerdict[]): number => {
  if (state === 'aborted') return EXIT.interrupted;
  if (state !== 'done') return EXIT.failed;
  return verdicts.some((v) => v.judgement.verdict === 'disagrees') ? EXIT.disagrees : EXIT.agrees;
};

const WIDTH = Math.max(...(['agrees', 'disagrees', 'inconclusive'] satisfies Verdict[]).map((v) => v.length));

/** One claim in two or three lines: verdict, id and claim; what was measured; the source. */
export const verdictTable = (verdicts: readonly ClaimVerdict[]): string => {
  if (verdicts.length === 0) return 'no claim applies to these settings\n';
  const id = Math.max(...verdicts.map((v) => v.claim.id.length));
  const gap = ' '.repeat(WIDTH + 2 + id + 2);
  return verdicts.map(({ claim, judgement }) =>
    `${judgement.verdict.padEnd(WIDTH)}  ${claim.id.padEnd(id)}  ${claim.says}\n` +
    `${gap}measured: ${judgement.measured}\n${gap}source: ${claim.source}\n`).join('');
};
