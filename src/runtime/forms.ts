/**
 * Which form a session's step plans run in: dispatch by dispatch, or persistent. Pipelines of the persistent form compile while training goes on; when they
 * are ready and nothing is in flight, all forms run the same steps from the same state, which is put back. A form that gives other bits is not used, and the
 * fastest of the others is, from then on. So what is found depends on noise, and no result does.
 */
import type { Plan } from '../plan/plan';
import { persistentForm, type PersistentForm } from '../plan/persistent';
import { Arena, compileForm, type CompiledForm } from './persistent';
import type { Program } from './program';
import type { Copy, Leap, Scheduler } from './scheduler';
import type { Finding, Tuner } from './tuner';

export const ORDINARY = 'ordinary';
/** Steps of a trial; timed repetitions of each form, the fastest counts. */
const TRIAL_STEPS = 16;
const REPEATS = 3;
/**
 * A form whose first step takes longer than this, in ms, and so many times an ordinary one's, is not tried further; nor, whatever the ordinary one's, one
 * that takes the last of them: browsers and drivers end what runs for seconds, and a trial may be a single dispatch.
 */
const [SAFE_MS, HOPELESS, MOST_MS] = [50, 8, 100];
/** A leap of fewer steps is not worth its copies. */
const LEAST_LEAP = 8;
/** The persistent form must be this much faster to take the ordinary one's place. */
const GAIN = 0.9;

/** The key under which the tuner keeps what was found for a plan. */
export const formClass = (form: PersistentForm): string => `steps ${form.key}`;
const idOf = (workgroup: number): string => `persistent ${workgroup}`;

/** Where trials are made. */
export interface Place {
  readonly device: GPUDevice;
  readonly scheduler: Scheduler;
  readonly program: Program;
  /** Bytes that may still be allocated. */
  readonly spare: number;
  /** Throws once the session is disposed of. */
  readonly alive: () => void;
}
export interface FormsOf extends Place {
  readonly tuner: Tuner;
}
interface Candidate {
  readonly form: PersistentForm;
  readonly compiled: CompiledForm[];
  readonly found: Finding | undefined;
  ready: boolean;
  readonly compiling: Promise<void>;
}

/** Invocations of a workgroup that are tried: whole subgroups, of which a processor runs several at a time. */
const sizesOn = (device: GPUDevice): readonly number[] => {
  // Not all browsers say it of a device.
  const { subgroupMaxSize = 32 } = (device as Partial<GPUDevice>).adapterInfo ?? {};
  return [4, 8, 1].map((k) => k * subgroupMaxSize).filter((n) => n <= device.limits.maxComputeInvocationsPerWorkgroup);
};

/** Of one session on one device. */
export class Forms {
  private readonly candidates = new Map<string, Candidate>();
  private readonly chosen = new Map<string, { readonly arena: Arena; readonly by: CompiledForm }>();
  private readonly asked = new Set<string>();
  private gone = false;

  /** `plans`: without the tuner's choices, so that none waits for others of its workgroup. */
  constructor(
    private readonly plans: Readonly<Record<string, Plan>>,
    private readonly on: FormsOf,
  ) {}

  /** Starts to compile what these plans may run in. Resolves at once, or, for a form that was pinned, when it is ready. */
  async want(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.asked.has(name)) continue;
      this.asked.add(name);
      const form = persistentForm(this.plans[name]!);
      const found = form && (await this.on.tuner.find(formClass(form)));
      if (!form || found?.choice === ORDINARY) continue;
      const compiled: CompiledForm[] = [];
      const candidate: Candidate = {
        form,
        compiled,
        found,
        ready: false,
        compiling: this.compile(form, found ? [Number(found.choice.split(' ')[1])] : sizesOn(this.on.device), compiled),
      };
      this.candidates.set(name, candidate);
      candidate.compiling.then(
        () => {
          candidate.ready = true;
        },
        () => {
          this.candidates.delete(name);
        },
      );
    }
    await Promise.all(names.flatMap((n) => (this.candidates.get(n)?.found?.pinned ? [this.candidates.get(n)!.compiling] : [])));
  }
  private async compile(form: PersistentForm, sizes: readonly number[], compiled: CompiledForm[]): Promise<void> {
    for (const workgroup of sizes) {
      const made = this.gone ? undefined : await compileForm(this.on.device, form, workgroup);
      if (made) compiled.push(made);
    }
  }

  /** Plans whose persistent form is compiled and waits for a trial. */
  get waiting(): readonly string[] {
    return [...this.candidates].filter(([, c]) => c.ready).map(([name]) => name);
  }
  /** The form that a plan's steps leap in; undefined for the ordinary one. */
  leap(name: string, steps: number): Leap | undefined {
    const form = steps < LEAST_LEAP ? undefined : this.chosen.get(name);
    return form?.arena.leap(form.by, steps);
  }
  /** Of the buffers of chosen forms. */
  get bytes(): number {
    return [...this.chosen.values()].reduce((sum, { arena }) => sum + arena.bytes, 0);
  }
  /** The form that a plan runs in, as findings name it. */
  formOf(name: string): string {
    const form = this.chosen.get(name);
    return form ? idOf(form.by.workgroup) : ORDINARY;
  }

  /** Holds what waits against the ordinary form. Nothing may be in flight. Leaves every variable as it was. */
  async judge(): Promise<void> {
    for (const name of this.waiting) {
      const candidate = this.candidates.get(name)!;
      this.candidates.delete(name);
      if (!this.gone) await this.judgeOne(name, candidate);
    }
  }
  private async judgeOne(name: string, { form, compiled, found }: Candidate): Promise<void> {
    const finding: Finding = { shape: formClass(form), choice: ORDINARY, ms: {}, pinned: found?.pinned ?? false };
    // A trial over which the device is lost is not made again.
    await this.keep(finding);
    const trial = await Trial.open({ ...this.on, spare: this.on.spare - this.bytes }, form, name, this.plans[name]!.replicas);
    let taken: CompiledForm | undefined;
    try {
      const ms: Record<string, number> = {};
      if (trial) taken = await pick(trial, compiled, found ? undefined : ms);
      if (found ? taken : trial) await this.keep({ ...finding, choice: taken ? idOf(taken.workgroup) : ORDINARY, ms: found?.ms ?? ms });
    } finally {
      const keeping = taken !== undefined && !this.gone;
      trial?.destroy(keeping);
      if (keeping) this.chosen.set(name, { arena: trial!.arena, by: taken! });
    }
  }
  /** What cannot be written down holds for this session. */
  private keep(f: Finding): Promise<void> {
    return this.on.tuner.keep(f).catch(() => undefined);
  }

  destroy(): void {
    this.gone = true;
    this.candidates.clear();
    for (const { arena } of this.chosen.values()) arena.destroy();
  }
}

/** The first form with the ordinary one's bits, or, where `ms` is asked for, the fastest, if it is faster than that; `ms` then has their times. */
const pick = async (
  trial: Trial,
  compiled: readonly CompiledForm[],
  ms: Record<string, number> | undefined,
): Promise<CompiledForm | undefined> => {
  const want = await trial.words(undefined);
  const ordinary = Math.min(...(await trial.times(undefined, ms ? REPEATS : 1)));
  if (ms) ms[ORDINARY] = ordinary;
  let best: CompiledForm | undefined;
  for (const by of compiled) {
    const first = await trial.oneStep(by);
    if (first > MOST_MS || first > Math.max(SAFE_MS, HOPELESS * ordinary) || !same(want, await trial.words(by))) continue;
    if (!ms) return by;
    const time = (ms[idOf(by.workgroup)] = Math.min(...(await trial.times(by, REPEATS))));
    if (time < (best ? ms[idOf(best.workgroup)]! : GAIN * ordinary)) best = by;
  }
  return best;
};
const same = (a: readonly Uint32Array[], b: readonly Uint32Array[]): boolean =>
  a.length === b.length && a.every((words, i) => words.every((w, k) => w === b[i]![k]));

interface Saved {
  readonly variable: GPUBuffer;
  /** As it was. */ readonly copy: GPUBuffer;
  /** As a trial left it. */ readonly result: GPUBuffer;
  readonly bytes: number;
}
/** Runs of a plan from the state it is in, which comes back in the submission that changes it. */
class Trial {
  private readonly restore: readonly Copy[];
  private constructor(
    private readonly on: Place,
    private readonly name: string,
    readonly arena: Arena,
    private readonly saved: readonly Saved[],
  ) {
    this.restore = saved.map(({ variable, copy, bytes }) => ({ from: copy, to: variable, bytes }));
    on.scheduler.submit(
      [],
      saved.map(({ variable, copy, bytes }) => ({ from: variable, to: copy, bytes })),
    );
  }

  /** Undefined where there is no room for it. */
  static async open(on: Place, form: PersistentForm, name: string, replicas: number): Promise<Trial | undefined> {
    const { device, program } = on;
    const carried = form.carried.filter((c) => c.store !== undefined);
    if (form.bytes + 2 * carried.reduce((sum, c) => sum + c.bytes, 0) > on.spare) return undefined;
    const arena = await Arena.make(device, form, replicas, (v) => program.variables.get(v)!.buffer);
    if (!arena) return undefined;
    const buffer = (size: number): GPUBuffer =>
      device.createBuffer({ label: 'trial', size, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    return new Trial(
      on,
      name,
      arena,
      carried.map(({ variable, bytes }) => ({
        variable: program.variables.get(variable)!.buffer,
        bytes,
        copy: buffer(bytes),
        result: buffer(bytes),
      })),
    );
  }

  private submit(by: CompiledForm | undefined, steps: number, results: boolean): void {
    this.on.alive();
    const plan = this.on.program.ready.get(this.name)!;
    const kept = results ? this.saved.map(({ variable, result, bytes }): Copy => ({ from: variable, to: result, bytes })) : [];
    this.on.scheduler.submit(by ? [this.arena.leap(by, steps)] : Array.from({ length: steps }, () => plan), [...kept, ...this.restore]);
  }
  private async wait(): Promise<void> {
    await this.on.scheduler.read(this.saved[0]!.variable, 4);
  }
  /** What is in the variables that the plan writes, after the trial's steps. */
  async words(by: CompiledForm | undefined): Promise<readonly Uint32Array[]> {
    this.submit(by, TRIAL_STEPS, true);
    const found: Uint32Array[] = [];
    for (const { result, bytes } of this.saved) found.push(new Uint32Array(await this.on.scheduler.read(result, bytes)));
    return found;
  }
  /** Milliseconds of a single step, with what surrounds it. */
  async oneStep(by: CompiledForm): Promise<number> {
    const started = performance.now();
    this.submit(by, 1, false);
    await this.wait();
    return performance.now() - started;
  }
  /** Milliseconds a step, so many times. */
  async times(by: CompiledForm | undefined, repeats: number): Promise<readonly number[]> {
    const found: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const started = performance.now();
      this.submit(by, TRIAL_STEPS, false);
      await this.wait();
      found.push((performance.now() - started) / TRIAL_STEPS);
    }
    return found;
  }
  destroy(keepArena = false): void {
    for (const { copy, result } of this.saved) {
      copy.destroy();
      result.destroy();
    }
    if (!keepArena) this.arena.destroy();
  }
}

/** Milliseconds a step in one form, several times, with the copies around a leap; `same`: its bits are the ordinary form's. */
export interface FormTimes {
  readonly form: string;
  readonly same: boolean;
  readonly ms: readonly number[];
}
/** The forms of a plan on the state its variables are in, which comes back. Undefined where there is but the ordinary one. Nothing may be in flight. */
export const compareForms = async (on: Place, p: Plan, name: string, repeats: number): Promise<readonly FormTimes[] | undefined> => {
  const form = persistentForm(p);
  const trial = form && (await Trial.open(on, form, name, p.replicas));
  if (!trial) return undefined;
  try {
    const want = await trial.words(undefined);
    const found: FormTimes[] = [{ form: ORDINARY, same: true, ms: await trial.times(undefined, repeats) }];
    for (const workgroup of sizesOn(on.device)) {
      const by = await compileForm(on.device, form, workgroup);
      if (by && (await trial.oneStep(by)) <= MOST_MS)
        found.push({ form: idOf(workgroup), same: same(want, await trial.words(by)), ms: await trial.times(by, repeats) });
    }
    return found;
  } finally {
    trial.destroy();
  }
};
