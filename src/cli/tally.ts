/** Counting what passed and failed over all stages of `npm test`. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

const NONE: Tally = { passed: 0, failed: 0 };
export const add = (a: Tally, b: Tally): Tally => ({ passed: a.passed + b.passed, failed: a.failed + b.failed });
/** The last line of a run. */
export const closingLine = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`;

/** A stage without tests of its own counts only when it fails, so that a run that fails never closes with `0 failed`. */
export const stageTally = (status: number): Tally => (status === 0 ? NONE : { passed: 0, failed: 1 });

/**
 * Sum over a Vitest run. A file that failed before its tests ran counts as one failed, a skipped or unfinished test as failed too (nothing
 * was shown by it), and a run that failed for none of these (an unhandled rejection, say) as one failed.
 * `json`: the report, undefined where Vitest wrote none. `status`: Vitest's exit status.
 */
export const vitestTally = (json: string | undefined, status: number): Tally => {
  if (json === undefined) return stageTally(status === 0 ? 1 : status);
  const report = JSON.parse(json) as Report;
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((t) => t.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + report.numPendingTests + report.numTodoTests + broken;
  return { passed: report.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
};
