/** Whether the claims of a study come out as they must in made-up worlds. For tests. */
import { binomialBound } from '../core/stats';
import { isProven, type Claim, type Triple, type Verdict } from './claim';
import type { Config } from './fields';
import type { Study } from './study';
import { RowTable } from './table';
import { ALPHA } from './tests/index';
import { judgeClaim } from './judge';

const EXPECTED = { right: 'agrees', wrong: 'disagrees', few: 'inconclusive' } as const satisfies Record<keyof Triple, Verdict>;
const WORLDS = ['right', 'wrong', 'few'] as const;
/** Worlds of each kind. */
const SEEDS = 10;
/** Chance of calling a claim at fault whose test errs no more often than it says. */
const BY_CHANCE = 0.001;

const faultsOf = async (claim: Claim, config: Config): Promise<readonly string[]> => {
  if (!isProven(claim)) return [`'${claim.id}' has no worlds`];
  const triple = await claim.worlds();
  // Too little data is inconclusive always; the others as often as the test's size lets them.
  const allowed = binomialBound(SEEDS, claim.alpha ?? ALPHA, BY_CHANCE);
  return WORLDS.flatMap((world) => {
    const found = Array.from({ length: SEEDS }, (_, seed) => judgeClaim(claim, new RowTable(triple[world](config, seed))));
    const other = found.filter((f) => f.verdict !== EXPECTED[world]);
    const first = other[0];
    if (!first || other.length <= (world === 'few' ? 0 : allowed)) return [];
    return [
      `'${claim.id}' in its ${world} world: ${other.length} of ${SEEDS} times not '${EXPECTED[world]}'; '${first.verdict}': ${first.measured}`,
    ];
  });
};

/**
 * Puts every claim that applies to `config` to its three worlds, ten times each: it must agree in the right one, disagree in the wrong one,
 * and be inconclusive with too little data. Throws Error that lists the claims where it does not, more often than the size of a
 * test explains (chance below 0.1 %), and those without worlds.
 */
export async function expectTriples(study: Pick<Study, 'claims' | 'path'>, config: Config): Promise<void> {
  const faults = (await Promise.all(study.claims(config).map((claim) => faultsOf(claim, config)))).flat();
  if (faults.length > 0) throw new Error(`${study.path}:\n${faults.join('\n')}`);
}
