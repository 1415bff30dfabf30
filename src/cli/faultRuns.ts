/** Runs that are disturbed on purpose: the browser's GPU process killed, the page reloaded, the browser itself killed. Each must end with the bits it has alone. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { stream } from '../core/random';
import type { CellRow, PointRow, Row, Study } from '../lab/study';
import type { PresetName } from '../lab/study';
import { presetConfig } from '../lab/schema';
import { launchWithProfile } from './browser';
import { pageOf, resumeOn, startOn, untilReady, type LabElement } from './labPage';
import { LAB_ORIGIN, originFlags, type Site } from './site';

export const FAULTS = ['kill', 'reload', 'restart'] as const;
/** `kill`: of the GPU process; `restart`: the browser is killed and another goes on with its profile. */
export type Fault = (typeof FAULTS)[number];

/** What a run left. */
interface Ended {
  readonly state: string;
  readonly error: string | undefined;
  readonly rows: readonly (PointRow | CellRow)[];
  readonly verdicts: unknown;
}
export interface Kind {
  readonly study: Study;
  readonly preset: PresetName;
  readonly alone: Ended;
  /** Of the run that was left alone. */
  readonly seconds: number;
}
export interface Disturbed {
  readonly study: string;
  readonly faults: readonly { readonly fault: Fault; readonly seconds: number; readonly phase: string }[];
  /** Faults that came after the run's end, and so disturbed nothing. */
  readonly late: number;
  /** How often it was begun anew, since nothing was kept yet. */
  readonly anew: number;
  /** What was wrong; undefined where it ended with the same bits. */
  readonly wrong: string | undefined;
}

/** How long a run may take beyond the time it takes alone, for each fault: recovery is waiting most of the time. */
const MOST_EXTRA_MS = 120_000;
const OVER = new Set(['done', 'failed', 'aborted']);
const sleep = (ms: number): Promise<void> =>
  new Promise((next) => {
    setTimeout(next, ms);
  });

/** Within it a run has its first checkpoint, which says no more than its settings: one that is cut off before is begun anew. */
const FIRST_CHECKPOINT = 1;
/** Of a browser with this profile, by /proc. `type`: a part of its command line; undefined for the browser itself. */
const processOf = async (profile: string, type: string | undefined): Promise<number | undefined> => {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(`--user-data-dir=${profile}`) && (type === undefined ? !line.includes('--type=') : line.includes(type)))
      return Number(pid);
  }
  return undefined;
};
/** Kills a process of the browser with this profile; see processOf. Whether there was one. */
export const killProcess = async (profile: string, type?: string): Promise<boolean> => {
  const pid = await processOf(profile, type);
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // it was faster
  }
};

/** A browser with a profile of its own, and the page that it shows. */
class Bench {
  private context!: BrowserContext;
  private page!: Page;
  private constructor(
    private readonly site: Site,
    private readonly profile: string,
  ) {}
  static async open(site: Site): Promise<Bench> {
    const bench = new Bench(site, await mkdtemp(join(tmpdir(), 'overparam-faults-')));
    await bench.launch();
    return bench;
  }
  private async launch(): Promise<void> {
    this.context = await launchWithProfile(this.profile, originFlags(this.site));
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
  }
  async visit(study: Study): Promise<void> {
    await this.page.goto(pageOf(LAB_ORIGIN, study));
    await untilReady(this.page);
  }
  async start(study: Study, preset: PresetName): Promise<void> {
    await startOn(this.page, { preset, config: presetConfig(study, preset), inputs: {}, live: [] });
  }
  look(): Promise<{ readonly state: string; readonly phase: string }> {
    return this.page.evaluate(() => {
      const lab = document.querySelector<LabElement>('lab-study')!;
      return { state: lab.state, phase: lab.progress?.phase ?? 'starting' };
    });
  }
  /** Whether the run goes on, by itself or because it is told to. */
  async suffer(fault: Fault, study: Study): Promise<boolean> {
    if (fault === 'kill') return killProcess(this.profile, '--type=gpu-process');
    if (fault === 'reload') await this.page.reload();
    else {
      await killProcess(this.profile);
      await this.context.close().catch(() => undefined);
      await this.launch();
      await this.page.goto(pageOf(LAB_ORIGIN, study));
    }
    await untilReady(this.page);
    return resumeOn(this.page);
  }
  /** Whether the browser has kept a run that is over. */
  finished(): Promise<boolean> {
    return this.page.evaluate(
      () =>
        new Promise<boolean>((done, fail) => {
          const opening = indexedDB.open('overparam');
          opening.addEventListener('error', () => fail(opening.error!));
          opening.addEventListener('success', () => {
            const all = opening.result.transaction('runs').objectStore('runs').getAll();
            all.addEventListener('success', () => done((all.result as { state: string }[]).some((r) => r.state === 'done')));
          });
        }),
    );
  }
  async ended(patience: number): Promise<Ended> {
    for (const until = performance.now() + patience; performance.now() < until; await sleep(100))
      if (OVER.has((await this.look()).state)) break;
    return this.page.evaluate(() => {
      const lab = document.querySelector<LabElement>('lab-study')!;
      const rows: readonly Row[] = lab.rows;
      return {
        state: lab.state,
        error: lab.error && `${lab.error.name}: ${lab.error.message}`,
        rows: rows.filter((r) => r.kind === 'point' || r.kind === 'cell'),
        verdicts: lab.verdicts,
      };
    });
  }
  async close(): Promise<void> {
    await this.context.close().catch(() => undefined);
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

const placeOf = (r: PointRow | CellRow): string =>
  r.kind === 'point' ? JSON.stringify([r.chart, r.series, r.seed, r.x]) : JSON.stringify([r.chart, r.seed, r.x, r.y]);
/** Values by place, in order: how rows of different places interleave depends on how submissions were cut. */
const valuesOf = (rows: Ended['rows']): ReadonlyMap<string, readonly number[]> => {
  const values = new Map<string, number[]>();
  for (const r of rows) {
    const list = values.get(placeOf(r)) ?? [];
    list.push(r.kind === 'point' ? r.y : r.value);
    values.set(placeOf(r), list);
  }
  return values;
};
/** In words; undefined where nothing differs. */
const difference = (alone: Ended, now: Ended): string | undefined => {
  if (now.state !== 'done') return `it is ${now.state}${now.error ? ` (${now.error})` : ''}`;
  const [before, after] = [valuesOf(alone.rows), valuesOf(now.rows)];
  if (before.size !== after.size) return `${after.size} places measured, not ${before.size}`;
  for (const [place, values] of before) {
    const others = after.get(place) ?? [];
    if (others.length !== values.length || values.some((v, i) => !Object.is(v, others[i])))
      return `${place}: ${others.join(', ') || 'nothing'}, not ${values.join(', ')}`;
  }
  return JSON.stringify(now.verdicts) === JSON.stringify(alone.verdicts) ? undefined : 'the verdicts differ';
};

export class FaultTester {
  private drawn = 0;
  constructor(
    private readonly site: Site,
    private readonly seed: number,
  ) {}
  private draw(): number {
    return stream(this.seed, 1).uniform(this.drawn++);
  }

  /** Runs a study undisturbed. */
  async kind(study: Study, preset: PresetName): Promise<Kind> {
    const bench = await Bench.open(this.site);
    try {
      await bench.visit(study);
      const began = performance.now();
      await bench.start(study, preset);
      const alone = await bench.ended(10 * MOST_EXTRA_MS);
      if (alone.state !== 'done') throw new Error(`${study.path} does not end by itself: ${alone.error ?? alone.state}`);
      return { study, preset, alone, seconds: (performance.now() - began) / 1000 };
    } finally {
      await bench.close();
    }
  }

  /** Runs it with these faults, each at a moment that is uniformly random over the time that the run takes alone. */
  async disturb({ study, preset, alone, seconds }: Kind, faults: readonly Fault[]): Promise<Disturbed> {
    const bench = await Bench.open(this.site);
    const moments = faults.map(() => this.draw() * seconds).toSorted((a, b) => a - b);
    const suffered: { fault: Fault; seconds: number; phase: string }[] = [];
    let anew = 0;
    const result = (wrong: string | undefined): Disturbed => ({
      study: study.path,
      faults: suffered,
      late: faults.length - suffered.length,
      anew,
      wrong,
    });
    try {
      await bench.visit(study);
      const began = performance.now();
      await bench.start(study, preset);
      for (const [i, fault] of faults.entries()) {
        await sleep(Math.max(0, 1000 * moments[i]! - (performance.now() - began)));
        const { state, phase } = await bench.look();
        if (OVER.has(state)) break;
        suffered.push({ fault, seconds: (performance.now() - began) / 1000, phase });
        if (!(await bench.suffer(fault, study)) && fault !== 'kill') {
          if (await bench.finished()) {
            suffered.pop(); // it came to its end in the moment between
            return result(undefined);
          }
          if (suffered.at(-1)!.seconds < FIRST_CHECKPOINT && (await bench.look()).state === 'idle') {
            anew++;
            await bench.start(study, preset);
            continue;
          }
          return result(`after a ${fault} at ${suffered.at(-1)!.seconds.toFixed(2)} s there was nothing to resume`);
        }
      }
      return result(difference(alone, await bench.ended(1000 * seconds + (1 + faults.length) * MOST_EXTRA_MS)));
    } catch (error) {
      return result(error instanceof Error ? error.message : String(error));
    } finally {
      await bench.close();
    }
  }
}
