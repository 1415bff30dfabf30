/** What a benchmark measures and reports: plain data, the same from a page, a worker and Node. */
import type { Spread } from '../../core/spread';
import type { Clock, Method } from '../../runtime/bench/timer';

export type SetName = 'quick' | 'full';
export interface BenchOptions {
  readonly set: SetName;
  /** Only cases whose id or label holds this text, whatever its case; the roofs are measured all the same. */
  readonly filter: string;
  /** Large shapes also on a software adapter. */
  readonly big: boolean;
}

/** Where time goes at least: the adapter's measured arithmetic, or its measured memory. */
export type Bound = 'arithmetic' | 'memory';
export interface BenchRow {
  /** The same in every build: what comparisons go by. */
  readonly id: string;
  readonly group: string;
  readonly label: string;
  /** `wrong`: the result differed from the oracle's, so nothing was timed. `left out`: as `note` says. */
  readonly state: 'measured' | 'wrong' | 'failed' | 'left out';
  /** What was compared with the float64 oracle before timing. */
  readonly checked: string;
  /** Why there is no time; or what else there is to say. */
  readonly note: string;
  /** Seconds for one `per`. */
  readonly time?: Spread;
  readonly per: 'run' | 'step' | 'dispatch' | 'call' | 'start';
  /** `clock`: on the host, from outside. */
  readonly method?: Method | 'clock';
  /** Of one `per`. `bytes`: the least that must be moved. */
  readonly flops?: number;
  readonly bytes?: number;
  /** The least time, by the roofs, over the median. Above 1 where operands come from a cache, which is faster than the memory behind it. */
  readonly share?: { readonly of: Bound; readonly value: number };
  /** Time over that of another row, measured in turns with it. */
  readonly against?: { readonly id: string; readonly ratio: Spread };
}

/** Measured on the same adapter in the same run. */
export interface Roofline {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
}

export interface BenchReport {
  readonly format: 'overparam-bench';
  readonly version: 1;
  readonly build: string;
  /** ISO 8601, UTC: when it began. */
  readonly date: string;
  readonly options: BenchOptions;
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** The browser, or Node and Dawn with the flags they ran under. */
  readonly host: string;
  readonly clock: Clock | undefined;
  /** Undefined where it could not be measured. */
  readonly roofline: Roofline | undefined;
  readonly rows: readonly BenchRow[];
  /** All cases were reached. */
  readonly complete: boolean;
  readonly seconds: number;
}
