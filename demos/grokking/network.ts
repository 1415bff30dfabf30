/** The replicas' trainer, and the plans that look inside: at the whole table's logits, with or without a component, with or without some units. */
import type { OperationTable } from '../../src/data/index';
import type { RunContext } from '../../src/lab/study';
import { sumsByResult, withoutComponent } from '../../src/measure/index';
import type { Tensor } from '../../src/graph/tensor';
import { argmax, max, mul, squaredNorm, sub, sum, toFloat, variable } from '../../src/ops/index';
import { adamw } from '../../src/optim/index';
import type { HostArray } from '../../src/runtime/executor';
import { Trainer, type Inspection, type TrainerOptions } from '../../src/runtime/trainer';
import { dense, type Dense } from '../../src/theory/index';
import type { Learner, Weights } from './learner';
import type { Recipe } from './settings';
import { tokensOf, type Replica, type Sets } from './tables';

/** Larger than any logit: what a right answer's is lowered by so that the best wrong one is the maximum. */
const FAR = 1e30;

/** Everything on all n entries of the table. */
const inspections = (learner: Learner, n: number): Readonly<Record<string, Inspection>> => {
  const { model, loss, error, units } = learner;
  const P = model.outputs;
  const shared = { perReplica: false };
  const tokens = variable('all.x', [n, ...model.input], { dtype: 'u32', ...shared });
  const target = variable('all.y', [n, ...learner.target], { dtype: learner.target.length === 0 ? 'u32' : 'f32', ...shared });
  const result = variable('all.result', [n], { dtype: 'u32', ...shared });
  const hot = variable('all.hot', [n, P], shared);
  const margin = (logits: Tensor): Tensor => sub(sum(mul(logits, hot), [1]), max(sub(logits, mul(hot, FAR)), [1]));
  return {
    circuit: (params) => {
      const logits = model.apply(params, tokens);
      return {
        sums: sumsByResult(logits, result),
        squares: squaredNorm(logits),
        excluded: loss(withoutComponent(logits, result, variable('removed', [P, P])), target, variable('all.trainWeight', [n])),
      };
    },
    answers: (params) => {
      const logits = model.apply(params, tokens);
      return { margin: margin(logits), answer: toFloat(argmax(logits)) };
    },
    ...(units
      ? {
          silenced: (params) => {
            const logits = model.apply(units.silence(params, variable('alive', [units.count])), tokens);
            return { error: error(logits, target), loss: loss(logits, target) };
          },
        }
      : {}),
  };
};

const optionsOf = (c: Recipe, learner: Learner, replicas: readonly Replica[], sets: Sets, n: number, looked: boolean): TrainerOptions => ({
  model: learner.model,
  loss: learner.loss,
  data: sets.train,
  test: sets.test,
  seeds: replicas.map((r) => r.seed),
  initScale: c.initScale,
  optimiser: adamw({
    lr: c.lr,
    beta1: 0.9,
    beta2: 0.98,
    weightDecay: replicas.map((r) => r.setting.decay),
    schedule: { kind: 'constant', warmup: c.warmup },
  }),
  metrics: ['loss', 'weightNorm'],
  evaluate: { error: learner.error, loss: learner.loss },
  ...(looked ? { inspect: inspections(learner, n) } : {}),
});

/** Outputs of a plan, of each replica. */
type Outputs = readonly HostArray[];

export class Network {
  private constructor(
    readonly trainer: Trainer,
    readonly learner: Learner,
    private readonly P: number,
  ) {}

  /** `looked`: with the plans that look inside. Throws as Trainer.open does. */
  static async open(
    c: Recipe,
    { executor }: Pick<RunContext, 'executor'>,
    learner: Learner,
    replicas: readonly Replica[],
    table: OperationTable,
    sets: Sets,
    looked = true,
  ): Promise<Network> {
    const trainer = await Trainer.open(executor, optionsOf(c, learner, replicas, sets, table.n, looked));
    if (looked) {
      const { session } = trainer;
      const hot = new Float32Array(table.n * table.order);
      table.c.forEach((v, i) => {
        hot[i * table.order + v] = 1;
      });
      session.write('all.x', tokensOf(table, learner));
      session.write('all.y', learner.targets(table.c));
      session.write('all.result', table.c);
      session.write('all.hot', hot);
      session.write('all.trainWeight', sets.trainWeight);
    }
    return new Network(trainer, learner, table.order);
  }

  private async run(plan: string, name: string): Promise<Outputs> {
    const { data, replicas, size } = (await this.trainer.session.run(plan))[name]!;
    return Array.from({ length: replicas }, (_, r) => data.slice(r * size, (r + 1) * size));
  }
  /** Parameters of every replica, by one readback. */
  async weights(): Promise<readonly Weights[]> {
    const { data, replicas, size } = await this.trainer.session.read('theta');
    const { parameters } = this.learner.model.layout;
    return Array.from({ length: replicas }, (_, r) =>
      Object.fromEntries(parameters.map((p) => [p.name, data.slice(r * size + p.offset, r * size + p.offset + p.size)])),
    );
  }
  /** Sums of the logits by result, and the sum of their squares, of each replica. */
  async logits(): Promise<readonly { readonly sums: Dense; readonly squares: number }[]> {
    const out = await this.trainer.session.run('circuit');
    const { P } = this;
    return Array.from({ length: out['sums']!.replicas }, (_, r) => ({
      sums: dense(Float64Array.from(out['sums']!.data.slice(r * P * P, (r + 1) * P * P)), P, P),
      squares: out['squares']!.data[r]!,
    }));
  }
  /** Training loss of each replica without its table's component of the logits. */
  async excluded(tables: readonly Dense[]): Promise<readonly number[]> {
    this.trainer.session.write('removed', Float32Array.from(tables.flatMap((t) => [...t.data])));
    return (await this.run('circuit', 'excluded')).map((v) => v[0]!);
  }
  /** For every entry of the table: how far the right answer's logit is above the best wrong one, and the answer. */
  async answers(): Promise<readonly { readonly margin: HostArray; readonly answer: HostArray }[]> {
    const [margin, answer] = [await this.run('answers', 'margin'), await this.run('answers', 'answer')];
    return margin.map((m, r) => ({ margin: m, answer: answer[r]! }));
  }
  /** Error rate and loss over the whole table with some units silent; `alive`: 1 or 0 for each replica's units. */
  async silenced(alive: readonly Float32Array[]): Promise<readonly { readonly error: number; readonly loss: number }[]> {
    this.trainer.session.write('alive', Float32Array.from(alive.flatMap((a) => [...a])));
    const out = await this.trainer.session.run('silenced');
    return alive.map((_, r) => ({ error: out['error']!.data[r]!, loss: out['loss']!.data[r]! }));
  }
  dispose(): void {
    this.trainer.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
