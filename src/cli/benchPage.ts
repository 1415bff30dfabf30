/** The bench page as the command drives it. */
import type { RunError } from '../lab/run';
import type { Page } from 'playwright';
import type { BenchOptions, BenchReport } from '../measure/bench/report';

/** The documented part of <lab-bench>. */
interface BenchElement extends HTMLElement {
  run(options: BenchOptions): void;
  stop(): void;
  readonly state: 'idle' | 'running' | 'stopping' | 'done' | 'failed';
  readonly report: BenchReport | undefined;
  readonly failure?: RunError | undefined;
  readonly progress: { readonly at: number; readonly of: number; readonly label: string };
}
export interface BenchLook {
  readonly over: boolean;
  readonly report: BenchReport | undefined;
  readonly failure: RunError | undefined;
  readonly progress: BenchElement['progress'];
}

/** Seldom enough to disturb nothing that is measured. */
const LOOK_MS = 1000;
const READY_MS = 60_000;

const look = (page: Page): Promise<BenchLook> =>
  page.evaluate(() => {
    const lab = document.querySelector<BenchElement>('lab-bench')!;
    return { over: lab.state === 'done' || lab.state === 'failed', report: lab.report, failure: lab.failure, progress: lab.progress };
  });

/** Opens the page, runs the cases and waits for their end, or that of the one at hand once the signal aborts. Rejects where the page breaks. */
export const driveBench = async (
  page: Page,
  url: string,
  options: BenchOptions,
  signal: AbortSignal,
  watch: (progress: BenchLook['progress'], rows: number) => void,
): Promise<BenchLook> => {
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector<BenchElement>('lab-bench')?.state === 'idle', undefined, { timeout: READY_MS });
  await page.evaluate((o) => document.querySelector<BenchElement>('lab-bench')!.run(o), options);
  for (let stopped = false; ;) {
    if (signal.aborted && !stopped) {
      stopped = true;
      await page.evaluate(() => document.querySelector<BenchElement>('lab-bench')!.stop());
    }
    const seen = await look(page);
    watch(seen.progress, seen.report?.rows.length ?? 0);
    if (seen.over) return seen;
    await new Promise((next) => {
      setTimeout(next, LOOK_MS);
    });
  }
};
