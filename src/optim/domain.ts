/** What hyperparameters may be, before and after they are rounded to float32. */
import { ConfigError } from '../core/errors';
import { HYPER, type HyperName } from '../ops/optimiser';

/** A number for all replicas, or one for each. */
export type PerReplica = number | readonly number[];

/** Smaller positive numbers are subnormal in float32, which adapters may take for 0. */
const LEAST = 2 ** -126;
/** Steps are counted in float32, exactly up to here. */
const MOST_STEPS = 2 ** 24;

interface Domain {
  readonly allowed: string;
  readonly holds: (v: number) => boolean;
}
const finite = (v: number, least: number): boolean => v >= least && v < Infinity;
const DOMAINS = {
  rate: { allowed: 'finite and at least 0', holds: (v) => finite(v, 0) },
  factor: { allowed: 'finite and at least 0', holds: (v) => finite(v, 0) },
  average: { allowed: 'in [0, 1)', holds: (v) => v >= 0 && v < 1 },
  epsilon: { allowed: 'finite and at least 2^-126, about 1.2e-38', holds: (v) => finite(v, LEAST) },
  steps: { allowed: `a whole number in [0, 2^24]`, holds: (v) => Number.isInteger(v) && v >= 0 && v <= MOST_STEPS },
  any: { allowed: 'finite', holds: Number.isFinite },
} as const satisfies Record<string, Domain>;
export type DomainName = keyof typeof DOMAINS;

/** Throws ConfigError for the first value outside its domain, with name, value, replica and what is allowed. Absent values are left out. */
export const requireInDomain = (
  context: string,
  values: Readonly<Record<string, readonly [domain: DomainName, value: PerReplica | undefined]>>,
): void => {
  for (const [name, [domain, value]] of Object.entries(values)) {
    if (value === undefined) continue;
    const { allowed, holds }: Domain = DOMAINS[domain];
    const each = typeof value === 'number' ? [value] : value;
    each.forEach((v, r) => {
      const rounded = Math.fround(v);
      if (holds(v) && holds(rounded)) return;
      const whose = typeof value === 'number' ? '' : ` for replica ${r}`;
      throw new ConfigError(
        `${context}${name} is ${v}${whose}${holds(v) ? `, which float32 rounds to ${rounded}` : ''}; it must be ${allowed}`,
      );
    });
  }
};

const HYPER_DOMAIN: Readonly<Record<HyperName, DomainName>> = {
  lr: 'rate',
  beta1: 'average',
  beta2: 'average',
  eps: 'rate',
  weightDecay: 'rate',
  warmupSteps: 'steps',
  totalSteps: 'steps',
  finalFraction: 'factor',
  stepSize: 'steps',
  stepGamma: 'factor',
  warmupLag: 'steps',
  stepStart: 'steps',
};
/** Of `hyper` vectors, one of each replica after another. `adaptive`: the optimiser divides by a root plus ε. Throws ConfigError. */
export const checkHyper = (hyper: ArrayLike<number>, adaptive: boolean): void => {
  HYPER.forEach((name, j) => {
    const each = Array.from({ length: hyper.length / HYPER.length }, (_, r) => hyper[r * HYPER.length + j]!);
    requireInDomain('hyper: ', { [name]: [adaptive && name === 'eps' ? 'epsilon' : HYPER_DOMAIN[name], each] });
  });
};
