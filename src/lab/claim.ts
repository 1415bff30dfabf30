/** A claim, and how it is judged. */
import type { Table } from './rows';

/** `inconclusive`: the run is too small, or its interval too wide, to say. */
export type Verdict = 'agrees' | 'disagrees' | 'inconclusive';
export interface Judgement {
  readonly verdict: Verdict;
  /** What was measured, in words with figures and their interval. */ readonly measured: string;
  readonly value?: number;
  readonly interval?: readonly [number, number];
}
export interface Claim {
  readonly id: string;
  readonly says: string;
  readonly source: string;
  /** What would count against it here. */ readonly falsifier: string;
  readonly test: (table: Table) => Judgement;
}

/** A claim and what came of it. */
export interface ClaimVerdict extends Judgement, Pick<Claim, 'id' | 'says' | 'source' | 'falsifier'> {}
