/** What brings another device to where a lost one was: the variables as they were at some moment, and what was done to them since. */
import type { HostArray, TrainOptions } from './executor';
import type { Snapshot } from './host';

/** A stretch of training, from the moment's step to `end`; while it goes on `end` is unknown. */
export interface Leg {
  readonly kind: 'train';
  readonly o: TrainOptions;
  end: number | undefined;
}
export type Deed =
  | { readonly kind: 'write'; readonly variable: string; readonly values: HostArray }
  | { readonly kind: 'run'; readonly plan: string }
  | Leg;

/** Deeds, and bytes that they write, beyond which repeating them would take long. */
const [MOST_DEEDS, MOST_BYTES] = [256, 64 * 2 ** 20];

export class History {
  /** Steps done at the moment. */
  step = 0;
  /** Of every variable that was written or computed by then; the others hold zeros. */
  readonly values = new Map<string, HostArray>();
  #deeds: Deed[] = [];

  /** In order. One that is done while they are repeated comes at the end. */
  get deeds(): readonly Deed[] {
    return this.#deeds;
  }

  /** Whether it is time for another moment. */
  get long(): boolean {
    const bytes = this.#deeds.reduce((sum, d) => sum + (d.kind === 'write' ? d.values.byteLength : 0), 0);
    return this.#deeds.length > MOST_DEEDS || bytes > MOST_BYTES;
  }

  /** `values` are not changed any more. A value that nothing has used in between is superseded. */
  wrote(variable: string, values: HostArray): void {
    const used = this.#deeds.findLastIndex((d) => d.kind !== 'write');
    if (used < 0) this.values.set(variable, values);
    else {
      const before = this.#deeds.findIndex((d, i) => i > used && d.kind === 'write' && d.variable === variable);
      if (before < 0) this.#deeds.push({ kind: 'write', variable, values });
      else this.#deeds[before] = { kind: 'write', variable, values };
    }
  }
  /** A plan that changes variables was run. */
  ran(plan: string): void {
    this.#deeds.push({ kind: 'run', plan });
  }
  /** Training begins, just after `reached`. */
  began(o: TrainOptions): Leg {
    const leg: Leg = { kind: 'train', o, end: undefined };
    this.#deeds.push(leg);
    return leg;
  }

  /** The moment is now: `snapshot` has every variable that plans change. A leg that goes on starts here. */
  reached({ step, values }: Snapshot): void {
    for (const d of this.#deeds) if (d.kind === 'write') this.values.set(d.variable, d.values);
    for (const [name, { data }] of values) this.values.set(name, data);
    this.step = step;
    this.#deeds = this.#deeds.filter((d) => d.kind === 'train' && d.end === undefined);
  }
}
