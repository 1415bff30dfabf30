/**
 * Which form a session's step plans run in: dispatch by dispatch, or persistent. Pipelines of the persistent form compile while training goes on; when one is
 * ready and nothing is in flight, both forms run the same steps from the same state, which is put back. A form that gives other bits is not used, and the
 * faster of the others is, from then on. So what is found depends on noise, and no result does.
 */
import type { Plan } from '../plan/plan';
import { persistentForm, type PersistentForm } from '../plan/persistent';
import { tryPersistent, type Persistent } from './persistent';
import type { Program } from './program';
import type { Copy, Leap, Scheduler } from './scheduler';
import type { Tuner } from './tuner';

export const ORDINARY = 'ordinary';
/** Steps of a trial; timed repetitions of each form, the fastest counts. */
const TRIAL_STEPS = 16;
const REPEATS = 3;
/** A leap of fewer steps is not worth its copies. */
export const LEAST_LEAP = 8;
/** The persistent form must be this much faster to take the ordinary one's place. */
const GAIN = 0.9;

/** The key under which the tuner keeps what was found for a plan. */
export const formClass = (form: PersistentForm): string => `steps ${form.key}`;
const idOf = (workgroup: number): string => `persistent ${workgroup}`;

interface Candidate { readonly form: PersistentForm; readonly made: Persistent[]; readonly pinned: boolean; readonly kept: boolean; compiled: boolean; readonly compiling: Promise<void> }
interface Place { readonly device: GPUDevice; readonly scheduler: Scheduler; readonly program: Program; /** Bytes that may still be allocated. */ readonly spare: number }
export interface FormsOf extends Place { readonly tuner: Tuner }

/** Invocations of a workgroup that are tried: whole subgroups, of which a processor runs several at a time. */
const sizesOn = (device: GPUDevice): readonly number[] => {
  const { subgroupMaxSize = 32 } = device.adapterInfo;
  return [4, 8, 1].map((k) => k * subgroupMaxSize).filter((n) => n <= device.limits.maxComputeInvocationsPerWorkgroup);
};
const makeForm = (on: Place, p: Plan, form: PersistentForm, workgroup: number): Promise<Persistent | undefined> =>
  tryPersistent(on.device, form, workgroup, p.replicas, (v) => on.program.variables.get(v)!.buffer);

/** Of one session on one device. */
export class Forms {
  private readonly candidates = new Map<string, Candidate>();
  private readonly chosen = new Map<string, Persistent>();
  private readonly asked = new Set<string>();
  private gone = false;

  /** `plans`: without the tuner's choices, so that none waits for others of its workgroup. */
  constructor(private readonly plans: Readonly<Record<string, Plan>>, private readonly on: FormsOf) {}

  /** Starts to compile what these plans may run in. Resolves at once, or, for a form that was pinned, when it is ready. */
  async want(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.asked.has(name)) continue;
      this.asked.add(name);
      const form = persistentForm(this.plans[name]!);
      if (!form || form.bytes > this.on.spare) continue;
      const finding = await this.on.tuner.find(formClass(form));
      if (finding?.choice === ORDINARY) continue;
      const made: Persistent[] = [];
      const sizes = finding ? [Number(finding.choice.split(' ')[1])] : sizesOn(this.on.device);
      const candidate: Candidate = { form, made, pinned: finding?.pinned === true, kept: finding !== undefined, compiled: false, compiling: this.compile(name, form, sizes, made) };
      this.candidates.set(name, candidate);
      candidate.compiling.then(() => { candidate.compiled = true; }, () => { this.candidates.delete(name); });
    }
    await Promise.all(names.flatMap((n) => (this.candidates.get(n)?.pinned ? [this.candidates.get(n)!.compiling] : [])));
  }
  private async compile(name: string, form: PersistentForm, sizes: readonly number[], made: Persistent[]): Promise<void> {
    for (const workgroup of sizes) {
      const p = await makeForm(this.on, this.plans[name]!, form, workgroup);
      if (this.gone) p?.destroy(); else if (p) made.push(p);
    }
  }

  /** Plans whose persistent form is compiled and waits for a trial. */
  get waiting(): readonly string[] { return [...this.candidates].filter(([, c]) => c.compiled).map(([name]) => name); }
  /** The form that a plan's steps leap in; undefined for the ordinary one. */
  leap(name: string, steps: number): Leap | undefined { return steps < LEAST_LEAP ? undefined : this.chosen.get(name)?.leap(steps); }
  /** Of the buffers of chosen forms. */
  get bytes(): number { return [...this.chosen.values()].reduce((sum, p) => sum + p.bytes, 0); }
  /** The form that a plan runs in, as findings name it. */
  formOf(name: string): string { const p = this.chosen.get(name); return p ? idOf(p.workgroup) : ORDINARY; }

  /** Holds what waits against the ordinary form. Nothing may be in flight. Leaves every variable as it was. */
  async judge(): Promise<void> {
    for (const name of this.waiting) {
      const { form, made, pinned, kept } = this.candidates.get(name)!;
      this.candidates.delete(name);
      const trial = new Trial(this.on, form, name);
      try {
        const ms: Record<string, number> = {};
        const want = await trial.words(undefined);
        const right: Persistent[] = [];
        for (const p of made) if (same(want, await trial.words(p))) right.push(p);
        if (!pinned && !kept) for (const p of [undefined, ...right]) ms[p ? idOf(p.workgroup) : ORDINARY] = Math.min(...await trial.times(p, REPEATS));
        const best = right.reduce<Persistent | undefined>((a, b) => (a && (ms[idOf(a.workgroup)] ?? 0) <= (ms[idOf(b.workgroup)] ?? 0) ? a : b), undefined);
        const taken = best && (pinned || kept || ms[idOf(best.workgroup)]! < GAIN * ms[ORDINARY]!) ? best : undefined;
        for (const p of made) if (p !== taken) p.destroy();
        if (taken) this.chosen.set(name, taken);
        if (!kept || !taken) await this.on.tuner.keep({ shape: formClass(form), choice: taken ? idOf(taken.workgroup) : ORDINARY, ms, pinned });
      } finally {
        trial.destroy();
      }
    }
  }

  destroy(): void {
    this.gone = true;
    for (const { made } of this.candidates.values()) for (const p of made) p.destroy();
    for (const p of this.chosen.values()) p.destroy();
  }
}

const same = (a: readonly Uint32Array[], b: readonly Uint32Array[]): boolean => a.every((words, i) => words.every((w, k) => w === b[i]![k]));

/** Runs of a plan from the state it is in, which comes back after each. */
class Trial {
  private readonly saved: readonly { readonly variable: GPUBuffer; readonly copy: GPUBuffer; readonly bytes: number }[];
  private readonly restore: readonly Copy[];

  constructor(private readonly on: Place, form: PersistentForm, private readonly name: string) {
    const { device, scheduler, program } = on;
    this.saved = form.carried.filter((c) => c.store !== undefined).map(({ variable, bytes }) => ({
      variable: program.variables.get(variable)!.buffer, bytes, copy: device.createBuffer({ label: 'trial', size: bytes, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST }),
    }));
    this.restore = this.saved.map(({ variable, copy, bytes }) => ({ from: copy, to: variable, bytes }));
    scheduler.submit([], this.saved.map(({ variable, copy, bytes }) => ({ from: variable, to: copy, bytes })));
  }

  private submit(p: Persistent | undefined, after: readonly Copy[]): void {
    const plan = this.on.program.ready.get(this.name)!;
    this.on.scheduler.submit(p ? [p.leap(TRIAL_STEPS)] : Array.from({ length: TRIAL_STEPS }, () => plan), after);
  }
  /** What is in the variables that the plan writes, after the trial's steps. */
  async words(p: Persistent | undefined): Promise<readonly Uint32Array[]> {
    this.submit(p, []);
    const found: Uint32Array[] = [];
    for (const { variable, bytes } of this.saved) found.push(new Uint32Array(await this.on.scheduler.read(variable, bytes)));
    this.on.scheduler.submit([], this.restore);
    return found;
  }
  /** Milliseconds a step, so many times. */
  async times(p: Persistent | undefined, repeats: number): Promise<readonly number[]> {
    const found: number[] = [];
    for (let i = 0; i < repeats; i++) {
      const started = performance.now();
      this.submit(p, this.restore);
      await this.on.scheduler.read(this.saved[0]!.variable, 4);
      found.push((performance.now() - started) / TRIAL_STEPS);
    }
    return found;
  }
  destroy(): void { for (const { copy } of this.saved) copy.destroy(); }
}

/** Milliseconds a step in one form, several times, with the copies around a leap; `same`: its bits are the ordinary form's. */
export interface FormTimes { readonly form: string; readonly same: boolean; readonly ms: readonly number[] }
/** The forms of a plan on the state its variables are in, which comes back. Undefined where there is but the ordinary one. Nothing may be in flight. */
export const compareForms = async (on: Place, p: Plan, name: string, repeats: number): Promise<readonly FormTimes[] | undefined> => {
  const form = persistentForm(p);
  if (!form || form.bytes > on.spare) return undefined;
  const trial = new Trial(on, form, name);
  try {
    const want = await trial.words(undefined);
    const found: FormTimes[] = [{ form: ORDINARY, same: true, ms: await trial.times(undefined, repeats) }];
    for (const workgroup of sizesOn(on.device)) {
      const made = await makeForm(on, p, form, workgroup);
      if (made) found.push({ form: idOf(workgroup), same: same(want, await trial.words(made)), ms: await trial.times(made, repeats) });
      made?.destroy();
    }
    return found;
  } finally {
    trial.destroy();
  }
};
