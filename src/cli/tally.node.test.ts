/** Counting over stages and Vitest's reports. */
import { expect, it } from 'vitest';
import { add, closingLine, stageTally, vitestTally } from './tally';

const report = (over: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...over });
const file = (status: string, ...tests: string[]): unknown => ({ status, assertionResults: tests.map((t) => ({ status: t })) });

it.each([
  ['all passed', report(), 0, { passed: 5, failed: 0 }],
  ['failed tests', report({ numFailedTests: 2, testResults: [file('failed', 'failed', 'failed')] }), 1, { passed: 5, failed: 2 }],
  ['a file that failed before its tests', report({ testResults: [file('failed'), file('passed', 'passed')] }), 1, { passed: 5, failed: 1 }],
  ['skipped and unfinished tests', report({ numPendingTests: 2, numTodoTests: 1 }), 0, { passed: 5, failed: 3 }],
  ['a failure outside all tests', report(), 1, { passed: 5, failed: 1 }],
  ['no report', undefined, 1, { passed: 0, failed: 1 }],
  ['no report, though it claims success', undefined, 0, { passed: 0, failed: 1 }],
] as const)('counts %s', (_, json, status, tally) => {
  expect(vitestTally(json, status)).toEqual(tally);
});

it('counts a stage without tests only when it fails', () => {
  expect(stageTally(0)).toEqual({ passed: 0, failed: 0 });
  expect(stageTally(130)).toEqual({ passed: 0, failed: 1 });
});

it('closes with the sum', () => {
  expect(closingLine(add({ passed: 3, failed: 1 }, { passed: 4, failed: 0 }))).toBe('7 passed, 1 failed');
});
