/**
 * `npm run faults [-- --kills N] [--reloads N] [--restarts N] [--preset NAME] [--seed N] [STUDY…]`: disturbs runs at random moments and holds them against the
 * same runs left alone; see faultRuns.ts. Linux only. Ends with 0 where every one was gone on with and had the same bits.
 */
import { parseArgs } from 'node:util';
import { ConfigError } from '../core/errors';
import { presetNamed } from '../lab/schema';
import type { Study } from '../lab/study';
import { loadCatalogue, studiesOf } from './catalogue';
import { FaultTester, type Disturbed, type Fault, type Kind } from './faultRuns';
import { EXIT } from './labReport';
import { openSite } from './site';

const USAGE = 'Usage: npm run faults [-- --kills N] [--reloads N] [--restarts N] [--preset NAME] [--seed N] [STUDY…]';
/** Faults of a run. */
const AT_ONCE = 2;

const count = (text: string, name: string): number => {
  if (!/^\d+$/.test(text)) throw new ConfigError(`--${name} takes a whole number, got '${text}'\n${USAGE}`);
  return Number(text);
};
const readCommand = (args: readonly string[], known: readonly Study[]) => {
  const options = {
    kills: { type: 'string', default: '14' },
    reloads: { type: 'string', default: '7' },
    restarts: { type: 'string', default: '7' },
    preset: { type: 'string', default: 'smoke' },
    seed: { type: 'string', default: '1' },
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const studies = positionals.map((path) => {
    const study = known.find((s) => s.path === path);
    if (!study) throw new ConfigError(`there is no study '${path}'; the studies are ${known.map((s) => s.path).join(', ')}`);
    return study;
  });
  return {
    studies: studies.length > 0 ? studies : known,
    preset: values.preset,
    seed: count(values.seed, 'seed'),
    faults: { kill: count(values.kills, 'kills'), reload: count(values.reloads, 'reloads'), restart: count(values.restarts, 'restarts') },
  };
};

/** The next run's, of what is left: one kind of fault a run, so that a failure says whose it is. */
const nextFaults = (left: Record<Fault, number>): readonly Fault[] => {
  const fault = (Object.keys(left) as Fault[]).toSorted((a, b) => left[b] - left[a])[0]!;
  return Array.from({ length: Math.min(AT_ONCE, left[fault]) }, () => fault);
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const lineOf = ({ study, faults, wrong }: Disturbed): string =>
  `${wrong === undefined ? 'same bits' : 'WRONG    '}  ${study}: ${faults.map((f) => `${f.fault} at ${f.seconds.toFixed(2)} s (${f.phase})`).join(', ') || 'over before it was disturbed'}${wrong === undefined ? '' : `: ${wrong}`}`;

const disturbAll = async (tester: FaultTester, kinds: readonly Kind[], left: Record<Fault, number>): Promise<readonly Disturbed[]> => {
  const runs: Disturbed[] = [];
  for (let i = 0; Object.values(left).some((n) => n > 0); i++) {
    const run = await tester.disturb(kinds[i % kinds.length]!, nextFaults(left));
    // What came too late is made up for.
    for (const { fault } of run.faults) left[fault]--;
    runs.push(run);
    say(lineOf(run));
  }
  return runs;
};

export const main = async (args: readonly string[]): Promise<number> => {
  const { studies, preset, seed, faults } = readCommand(args, studiesOf(await loadCatalogue()));
  const site = await openSite();
  try {
    const tester = new FaultTester(site, seed);
    const kinds: Kind[] = [];
    for (const study of studies) {
      kinds.push(await tester.kind(study, presetNamed(study, preset)));
      say(`${study.path} alone: ${kinds.at(-1)!.seconds.toFixed(1)} s`);
    }
    const runs = await disturbAll(tester, kinds, { ...faults });
    const wrong = runs.filter((r) => r.wrong !== undefined);
    const total = (fault: Fault): number => runs.flatMap((r) => r.faults).filter((f) => f.fault === fault).length;
    say(
      `${total('kill')} kills of the GPU process, ${total('reload')} reloads, ${total('restart')} kills of the browser in ${runs.length} runs of ${kinds.length} kinds: ` +
        `${runs.length - wrong.length} ended with the bits of a run left alone, ${wrong.length} did not. ${runs.reduce((sum, r) => sum + r.anew, 0)} times a run was cut off before it kept anything, and begun anew.`,
    );
    return wrong.length === 0 ? EXIT.agrees : EXIT.failed;
  } finally {
    await site.close();
  }
};
