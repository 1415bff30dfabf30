/** Puts a study's claims to a table. */
import { ConfigError } from '../core/errors';
import type { Claim, ClaimVerdict, Judgement } from './claim';
import type { Config } from './fields';
import type { Table } from './rows';
import type { Study } from './study';

/** A claim whose statistics refuse the table (too few seeds, say, which they report by ConfigError) is inconclusive, not false. */
export const judgeClaim = (claim: Claim, table: Table): Judgement => {
  try {
    return claim.test(table);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { verdict: 'inconclusive', measured: `not enough was measured: ${error.message}` };
  }
};

const verdictOf = (claim: Claim, table: Table): ClaimVerdict => {
  const { id, says, source, falsifier } = claim;
  return { id, says, source, falsifier, ...judgeClaim(claim, table) };
};

/** One verdict for each claim that applies to `config`, in its order. */
export const judge = (study: Pick<Study, 'claims'>, table: Table, config: Config): readonly ClaimVerdict[] =>
  study.claims(config).map((claim) => verdictOf(claim, table));

const WIDTH = 'inconclusive'.length;
const INDENT = ' '.repeat(WIDTH + 2);
const formatOne = (c: ClaimVerdict): string =>
  [`${c.verdict.padEnd(WIDTH)}  ${c.says} [${c.id}]`, `${INDENT}measured: ${c.measured}`, `${INDENT}source: ${c.source}`].join('\n');
/** Plain text: a line of verdict and claim, then what was measured and the source, for each. */
export const formatVerdicts = (verdicts: readonly ClaimVerdict[]): string => verdicts.map(formatOne).join('\n');
