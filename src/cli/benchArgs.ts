/** The command line of the benchmark, checked before anything is built or launched. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../core/errors';
import type { BenchOptions } from '../measure/bench/report';

export const BENCH_HELP = `Usage: npm run bench -- [options]

Measures kernels and training steps on this machine's adapter, each checked against its float64 oracle first.

  --set quick|full   which cases (default: quick)
  --filter TEXT      only cases whose name holds the text
  --big              big shapes also on a software adapter
  --json FILE        also write the report as JSON
  --compare FILE     name what changed since that report, where it exceeds the spread
  --host browser|node
                     headless browser on the page that visitors see, or Dawn in Node (default: browser)
  --no-robustness    Node only: without the bounds checks that a page always has; the report says so
  --help             this text

Exit status: 0 all results right, 1 some wrong, 2 wrong usage or nothing to measure on, 3 it failed, 130 interrupted.`;

export interface BenchCommand {
  readonly options: BenchOptions;
  readonly host: 'browser' | 'node';
  readonly robust: boolean;
  /** Paths. */
  readonly json: string | undefined;
  readonly compare: string | undefined;
}

const oneOf = <T extends string>(name: string, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((a) => a === value);
  if (!found) throw new ConfigError(`--${name} is '${value}'; it may be ${allowed.join(' or ')}`);
  return found;
};

/** Undefined where help is wanted. Throws ConfigError. */
export const parseBench = (args: readonly string[]): BenchCommand | undefined => {
  const options = {
    set: { type: 'string', default: 'quick' },
    filter: { type: 'string', default: '' },
    big: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
    host: { type: 'string', default: 'browser' },
    'no-robustness': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${BENCH_HELP}`);
  }
  if (values.help) return undefined;
  const host = oneOf('host', values.host, ['browser', 'node']);
  if (values['no-robustness'] && host === 'browser')
    throw new ConfigError('--no-robustness needs --host node: a page cannot do without the checks');
  return {
    options: { set: oneOf('set', values.set, ['quick', 'full']), filter: values.filter, big: values.big },
    host,
    robust: !values['no-robustness'],
    json: values.json,
    compare: values.compare,
  };
};
