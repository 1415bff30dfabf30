/** What the benchmark does with its report in a shell, wherever it was measured. */
import { readFile, writeFile } from 'node:fs/promises';
import { ConfigError } from '../core/errors';
import { compare, readReport, type EarlierReport } from '../measure/bench/compare';
import type { BenchReport } from '../measure/bench/report';
import { markdown } from '../measure/bench/text';
import type { BenchCommand } from './benchArgs';
import type { Terminal } from './labProgress';
import { EXIT } from './labReport';

/** The report to compare with, read before anything is measured. Throws ConfigError. */
export const readEarlier = async ({ compare: path }: BenchCommand): Promise<EarlierReport | undefined> => {
  if (path === undefined) return undefined;
  try {
    return readReport(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`cannot compare with ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Prints and writes; the exit status. */
export const finish = async (
  report: BenchReport,
  { json }: BenchCommand,
  earlier: EarlierReport | undefined,
  stdout: Terminal,
): Promise<number> => {
  stdout.write(`${markdown(report, earlier && compare(earlier, report))}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, undefined, 1)}\n`);
  return report.rows.some((r) => r.state === 'wrong') ? EXIT.disagrees : EXIT.agrees;
};
