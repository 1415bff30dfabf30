/** A claim, and how it is judged. */
import type { Config } from './fields';
import type { Row, Table } from './rows';

/** `inconclusive`: too little data to say, and nothing else. */
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
  /** What the interval is over, in words: weights, labels, data, test examples. */
  readonly over?: string;
  /** Chance at most of 'disagrees' where the claim is true and the data enough. Default 5 %. */
  readonly alpha?: number;
  readonly test: (table: Table) => Judgement;
  /** Loaded by tests alone. */
  readonly worlds?: () => Promise<Triple>;
}

/** Made-up rows that put a claim to the test: as it says, plausibly otherwise, and too little. Same arguments, same rows. */
export interface Triple<C = Config> {
  // As methods, so that worlds of a particular config are worlds of any: whoever calls them has checked the config by the study's fields.
  right(config: C, seed: number): readonly Row[];
  wrong(config: C, seed: number): readonly Row[];
  few(config: C, seed: number): readonly Row[];
}
/** What a study's worlds.ts exports: one triple for each of its claims. */
export interface Worlds<Id extends string> {
  readonly worlds: Readonly<Record<Id, Triple>>;
}
/** A claim that says what its interval is over and has worlds to be tested in. */
export interface ProvenClaim extends Claim {
  readonly over: string;
  readonly worlds: () => Promise<Triple>;
}
type Given<Id extends string> = Omit<ProvenClaim, 'id' | 'worlds'> & {
  readonly id: Id;
  /** `() => import('./worlds')`: pages do not carry it. It must have the claim's own id. */
  readonly worlds: () => Promise<Worlds<Id>>;
};
export const claim = <const Id extends string>({ id, worlds, ...rest }: Given<Id>): ProvenClaim => ({
  ...rest,
  id,
  worlds: async () => (await worlds()).worlds[id],
});
export const isProven = (c: Claim): c is ProvenClaim => c.worlds !== undefined && c.over !== undefined;

/** A claim and what came of it. */
export interface ClaimVerdict extends Judgement, Pick<Claim, 'id' | 'says' | 'source' | 'falsifier'> {}
