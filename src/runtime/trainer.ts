/**
 * A model, a loss, an optimiser and data → plans and a session on an executor. R models train side by side; each has its own seed, and
 * may have its own learning rate, decay, momentum, initialisation scale, mask, labels and inputs.
 */
import { ConfigError } from '../core/errors';
import { groupScales, type Optimiser, type PerReplica } from '../optim/index';
import type { Plan } from '../plan/index';
import { FiniteWatch, handedOut } from './divergence';
import type { Divergence, Executor, HostArray, MetricBatch, Session, TrainOptions } from './executor';
import { writeUsed } from './host';
import { checkOptions, dataChecks, missingIn, ownChecks, type ValueCheck } from './trainerChecks';
import type { TrainerData, TrainerOptions } from './trainerOptions';
import { plansOf } from './trainerPlans';

export { targetVariable } from './trainerOptions';
export type { Inspection, Objective, StepMetric, TrainerData, TrainerOptions } from './trainerOptions';
export { trainerPlans } from './trainerPlans';

/** Values of a trainer's own variables, data aside. */
const ownValues = (o: TrainerOptions, prefix: string): Readonly<Record<string, HostArray>> => {
  const seeds = o.seeds ?? [0];
  const each = (v: PerReplica): readonly number[] => (typeof v === 'number' ? seeds.map(() => v) : v);
  const values = {
    key: Uint32Array.from(seeds.flatMap((s) => [s, 0])),
    initScale: Float32Array.from(each(o.initScale ?? 1)),
    hyper: o.optimiser.hyper(seeds.length),
    batchSeed: typeof o.batchSeeds === 'number' ? Uint32Array.of(o.batchSeeds) : Uint32Array.from(o.batchSeeds ?? seeds),
    ...(o.mask ? { mask: o.mask } : {}),
    ...groupScales(o.model.layout, o.optimiser.groups),
  };
  return Object.fromEntries(Object.entries(values).map(([name, v]) => [`${prefix}${name}`, v]));
};
const dataValues = ({ x, y, weight }: TrainerData, name: string): Readonly<Record<string, HostArray>> => ({
  [`${name}.x`]: x,
  [`${name}.y`]: y,
  ...(weight ? { [`${name}.weight`]: weight } : {}),
});

/** What is handed to a training run: where it goes, and who is told of lost replicas, beside `control.diverged`. */
export interface TrainerRun extends Omit<TrainOptions, 'step'> {
  /** Told of each replica whose metrics stop being finite, once, before the batch that shows it is handed out. The other replicas go on. */
  readonly onDiverged?: (event: Divergence) => void;
}
/** What is known of a group's member while it trains. */
interface Member {
  readonly options: TrainerOptions;
  readonly watch: FiniteWatch;
  /** Names of the objectives that are the loss. */
  readonly losses: ReadonlySet<string>;
  /** What to do about a loss that is NaN; undefined where it is not the data's fault. */
  readonly advice: string | undefined;
}
const memberOf = (options: TrainerOptions): Member => ({
  options,
  watch: new FiniteWatch(),
  losses: new Set(Object.entries(options.evaluate ?? {}).flatMap(([name, f]) => (f === options.loss ? [name] : []))),
  advice: missingIn(options.data, options.model),
});

type Values = Readonly<Record<string, HostArray>>;
const requireFinite = (name: string, values: HostArray, replica: number): void => {
  const bad = values.findIndex((v: number) => !Number.isFinite(Math.fround(v)));
  if (bad >= 0) throw new ConfigError(`'${name}'[${bad}] of replica ${replica} is ${values[bad]}; parameters must be finite in float32`);
};
const isList = (v: Values | readonly Values[]): v is readonly Values[] => Array.isArray(v);

/**
 * Several models of different shapes in one session, stepping together: their dispatches share submissions. Data given as the same
 * object is uploaded once.
 *
 * Whoever trains sees each replica that is lost: `train` tells `onDiverged` and `control.diverged`, whichever of its metrics shows it, those of steps, of
 * evaluations (whose outputs are looked at too) or of the sharpness. A member without step metrics that is never evaluated shows nothing. Evaluations
 * of a lost replica are NaN, its error rates too; see divergence.ts.
 */
export class TrainerGroup<K extends string = string> {
  private readonly memberOfPlan: ReadonlyMap<string, K>;
  private constructor(
    readonly session: Session,
    private readonly members: ReadonlyMap<K, Member>,
  ) {
    this.memberOfPlan = new Map(
      [...members.keys()].flatMap((name) => ['step', 'eval', 'sharpness'].map((kind) => [this.plan(name, kind), name] as const)),
    );
  }

  /**
   * Plans, allocates, uploads and initialises. Before anything runs it throws ShapeError, MemoryError, and ConfigError for options, hyperparameters and
   * data outside what is allowed: labels and tokens beyond the classes and tables that the graph uses them with, values that float32 does not hold. The
   * values are checked again when they are written later, by whichever way.
   */
  static async open<K extends string>(executor: Executor, options: Readonly<Record<K, TrainerOptions>>): Promise<TrainerGroup<K>> {
    const entries = Object.entries(options) as [K, TrainerOptions][];
    if (entries.length === 0) throw new ConfigError('a group of trainers needs at least one member');
    const prefixOf = (name: K): string => (entries.length === 1 ? '' : `${name}.`);
    const data = new Map<TrainerData, string>();
    const nameData = (d: TrainerData, wanted: string): string => {
      if (!data.has(d)) data.set(d, wanted);
      return data.get(d)!;
    };
    const plans: Record<string, Plan> = {};
    const checks = new Map<string, ValueCheck[]>();
    const values: Record<string, HostArray> = {};
    for (const [name, o] of entries) {
      checkOptions(o);
      const prefix = prefixOf(name);
      const evaluated = o.test && o.evaluateOn !== 'train' && Object.keys(o.evaluate ?? {}).length > 0 ? o.test : undefined;
      const sets = { train: nameData(o.data, `${prefix}train`), test: evaluated ? nameData(evaluated, `${prefix}test`) : '' };
      const planned = plansOf(o, executor.maxBindings, { prefix, ...sets });
      Object.assign(plans, planned.plans);
      Object.assign(values, ownValues(o, prefix));
      const own = [
        ...ownChecks(o, prefix),
        ...dataChecks(`${prefix}data`, sets.train, o.data, o.model, planned.limits),
        ...(evaluated ? dataChecks(`${prefix}test`, sets.test, evaluated, o.model, planned.limits) : []),
      ];
      for (const [variable, check] of own) checks.set(variable, [...(checks.get(variable) ?? []), check]);
    }
    for (const [d, name] of data) Object.assign(values, dataValues(d, name));
    const check = (variable: string, written: HostArray): void => checks.get(variable)?.forEach((f) => f(written));
    for (const [variable, v] of Object.entries(values)) check(variable, v);
    let opened = false;
    const session = await executor.open(plans, {
      together: entries.map(([name]) => `${prefixOf(name)}step`),
      check: (variable, written) => opened && check(variable, written), // what is written first was checked above
    });
    writeUsed(session, values);
    opened = true;
    const group = new TrainerGroup<K>(session, new Map(entries.map(([name, o]) => [name, memberOf(o)])));
    for (const name of group.members.keys()) await session.run(group.plan(name, 'init'));
    return group;
  }

  /** The key of a member's plan in the session: init, step, eval, sharpness or one of its `inspect`. */
  plan(name: K, kind: string): string {
    return this.members.size === 1 ? kind : `${name}.${kind}`;
  }
  /** All members step together; batches name the plan they come from. */
  train(o: TrainerRun): AsyncIterable<MetricBatch> {
    const { onDiverged, ...options } = o;
    const batches = this.session.train({ ...options, step: [...this.members.keys()].map((k) => this.plan(k, 'step')) });
    return this.watched(batches, (event) => {
      o.control?.diverged?.(event);
      onDiverged?.(event);
    });
  }
  private async *watched(batches: AsyncIterable<MetricBatch>, tell: (event: Divergence) => void): AsyncGenerator<MetricBatch> {
    for await (const b of batches) {
      const name = this.memberOfPlan.get(b.plan);
      const member = name === undefined ? undefined : this.members.get(name);
      if (name === undefined || !member) {
        yield b;
        continue;
      }
      for (const error of member.watch.checkAll(b, member.advice)) tell({ member: name, plan: b.plan, error });
      yield handedOut(b, member.losses);
    }
  }

  /**
   * From the next step on: learning rate, decay, momentum and the other hyperparameters of `optimiser`. Its kind, state and groups stay
   * those the member was opened with. Throws ConfigError where they differ, and for values outside their domains.
   */
  setHyper(name: K, optimiser: Optimiser): void {
    const o = this.optionsOf(name);
    if (optimiser.name !== o.optimiser.name)
      throw new ConfigError(`the trainer runs ${o.optimiser.name}; ${optimiser.name} takes another one`);
    this.session.write(`${this.members.size === 1 ? '' : `${name}.`}hyper`, optimiser.hyper(o.seeds?.length ?? 1));
  }
  private optionsOf(name: K): TrainerOptions {
    return this.members.get(name)!.options;
  }
  /**
   * Parameters by name, row-major: of all replicas alike, or a list of one for each. Replicas that were lost are watched anew. Throws ConfigError for a
   * missing name, a wrong length, a wrong count, and a value that is not finite in float32.
   */
  setParameters(name: K, values: Values | readonly Values[]): void {
    const { model, seeds } = this.optionsOf(name);
    const { total, parameters } = model.layout;
    const R = seeds?.length ?? 1;
    const each = isList(values) ? values : Array.from({ length: R }, () => values);
    if (each.length !== R) throw new ConfigError(`parameters for ${each.length} replicas; there are ${R}`);
    const theta = new Float32Array(R * total);
    each.forEach((v, r) =>
      parameters.forEach((p) => {
        if (v[p.name]?.length !== p.size) throw new ConfigError(`'${p.name}' takes ${p.size} values, got ${v[p.name]?.length ?? 'none'}`);
        requireFinite(p.name, v[p.name]!, r);
        theta.set(v[p.name]!, r * total + p.offset);
      }),
    );
    this.members.get(name)!.watch.reset();
    this.session.write(this.members.size === 1 ? 'theta' : `${name}.theta`, theta);
  }
  /** The parameters of one replica by name, row-major. */
  async parameters(name: K, replica = 0): Promise<Readonly<Record<string, HostArray>>> {
    const { data, size } = await this.session.read(this.members.size === 1 ? 'theta' : `${name}.theta`);
    return Object.fromEntries(
      this.optionsOf(name).model.layout.parameters.map((p) => [
        p.name,
        data.slice(replica * size + p.offset, replica * size + p.offset + p.size),
      ]),
    );
  }
  dispose(): void {
    this.session.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** One model, R replicas. What is lost is told as TrainerGroup does. */
export class Trainer {
  private constructor(
    private readonly group: TrainerGroup<'model'>,
    readonly replicas: number,
  ) {}

  /** Throws ShapeError, ConfigError and MemoryError before anything runs; see TrainerGroup. */
  static async open(executor: Executor, o: TrainerOptions): Promise<Trainer> {
    return new Trainer(await TrainerGroup.open(executor, { model: o }), o.seeds?.length ?? 1);
  }
  get session(): Session {
    return this.group.session;
  }
  /** Metrics as they come; probes name the plans 'eval' and 'sharpness'. */
  train(o: TrainerRun): AsyncIterable<MetricBatch> {
    return this.group.train(o);
  }
  /** Hyperparameters from the next step on; see TrainerGroup. */
  setHyper(optimiser: Optimiser): void {
    this.group.setHyper('model', optimiser);
  }
  /** Parameters of all replicas alike, or one set each; see TrainerGroup. */
  setParameters(values: Values | readonly Values[]): void {
    this.group.setParameters('model', values);
  }
  /** The parameters of one replica by name, row-major. */
  parameters(replica = 0): Promise<Readonly<Record<string, HostArray>>> {
    return this.group.parameters('model', replica);
  }
  dispose(): void {
    this.group.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
