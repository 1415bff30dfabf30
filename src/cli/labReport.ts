/** What the headless runner says when a run is over. */
import type { ClaimVerdict } from '../lab/claim';
import { formatVerdicts } from '../lab/judge';
import type { RunState } from '../lab/worker/client';

export const EXIT = { agrees: 0, disagrees: 1, usage: 2, failed: 3, interrupted: 130 } as const;

/** An inconclusive claim does not fail a run: a small preset cannot support every claim, and says so. */
export const exitCode = (state: RunState, verdicts: readonly ClaimVerdict[]): number => {
  if (state === 'aborted') return EXIT.interrupted;
  if (state !== 'done') return EXIT.failed;
  return verdicts.some((v) => v.verdict === 'disagrees') ? EXIT.disagrees : EXIT.agrees;
};

export const verdictText = (verdicts: readonly ClaimVerdict[]): string =>
  verdicts.length > 0 ? formatVerdicts(verdicts) : 'no claim was judged';
