/** A report in the making, from what a benchmark says as it runs. */
import type { BenchOptions, BenchReport } from './report';
import type { BenchEvent } from './run';

export class BenchRecord {
  report: BenchReport;
  /** Labels, in order; undefined before it began. */
  cases: readonly string[] | undefined;
  /** Index of the case that is being measured. */
  at = 0;
  constructor(options: BenchOptions, facts: Pick<BenchReport, 'build' | 'date' | 'host'>) {
    this.report = {
      format: 'overparam-bench',
      version: 1,
      ...facts,
      options,
      adapter: { name: 'none', software: false },
      clock: undefined,
      roofline: undefined,
      rows: [],
      complete: false,
      seconds: 0,
    };
  }
  take(event: BenchEvent): void {
    const { report } = this;
    switch (event.type) {
      case 'begin':
        this.cases = event.cases;
        this.report = { ...report, adapter: event.adapter, clock: event.clock };
        return;
      case 'case':
        this.at = event.index;
        return;
      case 'rows':
        this.report = { ...report, rows: [...report.rows, ...event.rows] };
        return;
      case 'roofline':
        this.report = { ...report, roofline: event.roofline };
    }
  }
  /** `seconds`: from beginning to end, or to where it broke off. */
  end(complete: boolean, seconds: number): void {
    this.report = { ...this.report, complete, seconds };
  }
}
