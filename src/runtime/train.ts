/** The training loop on the GPU: submissions of many steps, a few in flight, metrics as they come, recovery from lost devices. */
import type { Plan } from '../plan/plan';
import type { MetricBatch, TrainEvent, TrainOptions } from './executor';
import { probesDue, wakeUp } from './executor';
import type { Leg } from './history';
import type { MetricReader, Taken } from './metrics';
import type { Ready } from './program';
import { Pace, type Depth, type Leap, type Scheduler } from './scheduler';

const DEFAULT_SUBMISSION_MS = 50;
const DEFAULT_CHECKPOINT_MS = 10_000;
/** Until the first checkpoint: what is cut off or lost early has something to go on from. */
const FIRST_CHECKPOINT_MS = 1000;
/** Steps in a submission where no ring limits them: the host's lists of them stay small. */
const MAX_STEPS = 2 ** 16;

/** What the loop needs of a session on the GPU; see GpuSession. */
export interface Trainable {
  /** Steps trained so far: the loop counts them. */
  stepsDone: number;
  readonly plans: Readonly<Record<string, Plan>>;
  readonly readers: ReadonlyMap<string, MetricReader>;
  readonly scheduler: Scheduler;
  readonly depth: Depth;
  readonly ready: (plan: string) => readonly Ready[];
  readonly apart: (plans: readonly string[]) => boolean;
  readonly weave: (plans: readonly string[]) => readonly Ready[];
  readonly wantForms: (plans: readonly string[]) => Promise<void>;
  readonly formsWait: boolean;
  readonly judgeForms: () => Promise<void>;
  readonly leap: (plan: string, steps: number) => Leap | undefined;
  readonly begin: (o: TrainOptions) => Promise<Leg>;
  readonly snapshot: () => Promise<void>;
  readonly recover: (cause: unknown, scheduler: Scheduler, whole: boolean) => Promise<TrainEvent | undefined>;
  readonly alive: () => void;
}

interface Flight {
  readonly steps: number;
  readonly submitted: number;
  readonly records: readonly { readonly plan: string; readonly steps: readonly number[]; readonly taken: Taken }[];
  readonly done: Promise<unknown>;
}

export const stepPlans = (o: TrainOptions): readonly string[] => (typeof o.step === 'string' ? [o.step] : o.step);

/** What is left to do, and what has already been handed out: survives the loss of a device. */
class Course {
  readonly end: number;
  /** For each plan, the steps-done of the last row handed out; rows up to it are repeats after a recovery. */
  readonly handedOut = new Map<string, number>();
  private readonly independent: ReadonlySet<string>;
  constructor(
    private readonly session: Trainable,
    private readonly o: TrainOptions,
  ) {
    this.end = session.stepsDone + o.steps;
    this.independent = new Set(stepPlans(o).filter((plan) => this.alone(plan)));
  }

  /**
   * The plans of steps [from, from + n), each followed by the probes due after it, so that wherever a run ends, what was due is
   * measured. Those due before the first step of all precede it.
   */
  *sequence(from: number, n: number, log: Map<string, number[]>): Generator<readonly Ready[] | Leap> {
    if (from === 0) yield* this.probes(0, log);
    for (let s = from; s < from + n;) {
      const stretch = this.stretch(s, from + n);
      const leaps = new Map(
        stepPlans(this.o).map((plan) => [plan, this.independent.has(plan) ? this.session.leap(plan, stretch) : undefined]),
      );
      for (const [plan, leap] of leaps) {
        if (!leap) continue;
        for (let i = 0; i < stretch; i++) this.note(log, plan, s + i);
        yield leap;
      }
      const rest = stepPlans(this.o).filter((plan) => !leaps.get(plan));
      const weave = rest.length > 1 && this.session.apart(rest) && rest.every((plan) => this.independent.has(plan));
      for (let i = 0; i < stretch && rest.length > 0; i++) {
        for (const plan of rest) {
          this.note(log, plan, s + i);
          if (!weave) yield this.session.ready(plan);
        }
        if (weave) yield this.session.weave(rest);
      }
      s += stretch;
      yield* this.probes(s, log);
    }
  }
  /** Steps until a probe is due, or the end. */
  private stretch(from: number, end: number): number {
    const { probes } = this.o;
    if (!probes) return end - from;
    let s = from + 1;
    while (s < end && probesDue(probes, s).length === 0) s++;
    return s - from;
  }
  /** Whether no other step plan touches what this one writes: then its steps need not alternate with theirs. */
  private alone(plan: string): boolean {
    const { plans } = this.session;
    const apart = (a: string, b: string): boolean => plans[a]!.updated.every((v) => !(v in plans[b]!.variables));
    const others = stepPlans(this.o).filter((other) => other !== plan);
    return others.length === stepPlans(this.o).length - 1 && others.every((other) => apart(plan, other) && apart(other, plan));
  }
  private *probes(done: number, log: Map<string, number[]>): Generator<readonly Ready[]> {
    if (!this.o.probes) return; // nothing to allocate for on each step
    for (const plan of probesDue(this.o.probes, done)) {
      this.note(log, plan, done);
      yield this.session.ready(plan);
    }
  }
  private note(log: Map<string, number[]>, plan: string, step: number): void {
    if (!this.session.readers.has(plan)) return;
    const list = log.get(plan);
    if (list) list.push(step);
    else log.set(plan, [step]);
  }

  /** Steps that fit before a metric ring would overwrite itself; a slot is left for a probe before the first step. */
  get limit(): number {
    const runsPerStep = (key: string): number =>
      stepPlans(this.o).filter((p) => p === key).length +
      (this.o.probes ?? []).reduce((sum, p) => sum + (p.plan !== key ? 0 : p.at ? 1 : 1 / p.every!), 0);
    const limits = [...this.session.readers].map(([key, r]) => Math.floor((r.metrics.slots - 1) / runsPerStep(key)));
    return Math.max(1, Math.min(MAX_STEPS, ...limits));
  }
}

export async function* trainOn(session: Trainable, o: TrainOptions): AsyncGenerator<MetricBatch> {
  const leg = await session.begin(o);
  const course = new Course(session, o);
  try {
    for (;;) {
      const { scheduler } = session;
      try {
        await session.wantForms(stepPlans(o));
        yield* fly(session, o, course);
        return;
      } catch (cause) {
        const event = await session.recover(cause, scheduler, false);
        if (event) o.onEvent?.(event);
      }
    }
  } finally {
    leg.end = session.stepsDone;
  }
}

/** Trains to `end` what was trained before the device was lost. */
export const repeatLeg = async (session: Trainable, { step, probes, submissionMs }: TrainOptions, end: number): Promise<void> => {
  const o: TrainOptions = {
    step,
    steps: end - session.stepsDone,
    checkpointMs: Infinity,
    ...(probes && { probes }),
    ...(submissionMs !== undefined && { submissionMs }),
  };
  for await (const _ of fly(session, o, new Course(session, o))) continue;
};

/** Runs until the end, an abort or an error. */
async function* fly(session: Trainable, o: TrainOptions, course: Course): AsyncGenerator<MetricBatch> {
  const pace = new Pace(o.submissionMs ?? DEFAULT_SUBMISSION_MS, course.limit);
  const { depth } = session;
  depth.restart();
  const flights: Flight[] = [];
  let next = session.stepsDone;
  const checkpointMs = o.checkpointMs ?? DEFAULT_CHECKPOINT_MS;
  let due = performance.now() + Math.min(FIRST_CHECKPOINT_MS, checkpointMs);
  let resting = false;
  const launch = (n: number): void => {
    flights.push(submit(session, course, next, n));
    next += n;
  };
  try {
    for (;;) {
      session.alive();
      const judging = session.formsWait;
      const stopping = o.signal?.aborted === true || next >= course.end;
      const paused = o.control?.paused === true;
      resting ||= o.control?.takeRest() === true;
      const saving = resting || performance.now() > due;
      if (!stopping && !paused && !saving && !judging)
        while (flights.length < depth.now && next < course.end) launch(Math.min(pace.next, course.end - next));
      if (!stopping && paused && flights.length === 0) {
        if (o.control!.takeSingleStep()) launch(1);
        else {
          await o.onIdle?.(true);
          resting = false;
          await wakeUp(o);
          depth.restart();
          continue;
        }
      }
      const [flight] = flights;
      if (flight) {
        // It stays in the list until it is done: what fails is given back with the others.
        await session.scheduler.settled(flight.done);
        flights.shift();
        // Before the batches are handed out: what the consumer does with them is not the GPU's time.
        const seen = performance.now();
        pace.measured(flight.steps, flight.submitted, seen);
        depth.measured(flight.steps, seen, pace.settled);
        yield* land(session, course, flight);
      } else if (saving && !stopping) {
        await session.snapshot();
        await o.onIdle?.(resting);
        resting = false;
        due = performance.now() + checkpointMs;
        depth.restart();
      } else if (stopping) return;
      else if (judging) {
        await session.judgeForms();
        depth.restart();
      }
    }
  } finally {
    await drain(session, flights);
  }
}

const submit = (session: Trainable, course: Course, from: number, n: number): Flight => {
  const log = new Map<string, number[]>();
  const sequence = [...course.sequence(from, n, log)];
  const records = [...log].map(([plan, steps]) => ({ plan, steps, taken: session.readers.get(plan)!.take(steps.length) }));
  const submitted = performance.now();
  session.scheduler.submit(
    sequence,
    records.map((r) => r.taken.copy),
  );
  const done = records.length > 0 ? Promise.all(records.map((r) => r.taken.map())) : session.scheduler.device.queue.onSubmittedWorkDone();
  done.catch(() => undefined); // reported where it is awaited, or moot after a loss
  return { steps: n, submitted, records, done };
};

/** The new rows of a flight that is done. Nothing stays mapped if the consumer takes only some of the batches. */
const land = (session: Trainable, course: Course, { records, steps: n }: Flight): readonly MetricBatch[] => {
  session.alive();
  session.stepsDone += n;
  return records.flatMap(({ plan, steps, taken }) => {
    const seen = course.handedOut.get(plan) ?? -1;
    const batch = taken.decode(steps, steps.filter((s) => s <= seen).length);
    taken.release();
    if (batch.steps.length === 0) return [];
    course.handedOut.set(plan, batch.steps.at(-1)!);
    return [batch];
  });
};

/** Waits for what was submitted when the consumer stops listening, so that the session can be used again. */
const drain = async (session: Trainable, flights: readonly Flight[]): Promise<void> => {
  for (const { done, records, steps } of flights) {
    const ran = await done.then(
      () => true,
      () => false,
    );
    if (!ran || session.scheduler.lost) return;
    for (const r of records) r.taken.release();
    session.stepsDone += steps;
  }
};
