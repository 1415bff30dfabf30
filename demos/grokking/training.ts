/** Training in pieces: accuracy and loss as they come, and between pieces whatever else is to be measured. */
import type { PointRow, Row, RunContext } from '../../src/lab/study';
import { metric, type MetricBatch } from '../../src/runtime/executor';
import type { Network } from './network';
import { evaluatedAt } from './settings';
import type { Replica } from './tables';

/** Accuracies from which the training set counts as memorised and the rule as learned. */
export const MEMORISED = 0.99;
export const GENERALISED = 0.95;

/** What a replica measured last, and when it first had either accuracy: Infinity until then. */
export interface Progress {
  readonly losses: { readonly train: number; readonly test: number };
  readonly accuracy: { readonly train: number; readonly test: number };
  readonly memorised: number;
  readonly generalised: number;
}
const BEGUN: Progress = {
  losses: { train: NaN, test: NaN },
  accuracy: { train: NaN, test: NaN },
  memorised: Infinity,
  generalised: Infinity,
};

/** A measurement after `step` steps. */
export type Look = (step: number, progress: readonly Progress[]) => AsyncIterable<Row>;

export class Training {
  readonly progress: Progress[];
  private readonly at: ReadonlySet<number>;
  constructor(
    private readonly steps: number,
    private readonly network: Network,
    private readonly replicas: readonly Replica[],
  ) {
    this.progress = replicas.map(() => BEGUN);
    this.at = new Set(evaluatedAt(steps));
  }

  /** Stops after each of the steps `stops`, ascending and ending with the last, to look. */
  async *run({ signal, control }: Pick<RunContext, 'signal' | 'control'>, stops: readonly number[], look: Look): AsyncGenerator<Row> {
    const { trainer } = this.network;
    for (const stop of stops) {
      const done = trainer.session.stepsDone;
      const probes = [{ plan: 'eval', at: [...this.at].filter((s) => s > done && s <= stop) }];
      if (stop > done)
        for await (const b of trainer.train({ steps: stop - done, probes, signal, control }))
          yield* b.plan === 'eval' ? this.evaluated(b) : this.stepped(b);
      if (signal.aborted) return;
      yield* look(stop, this.progress);
    }
  }

  /** Norms are of the parameters before a step. */
  private *stepped(b: MetricBatch): Generator<Row> {
    for (const [i, step] of b.steps.entries()) {
      if (this.at.has(step))
        for (const [r, { setting, repetition }] of this.replicas.entries())
          yield { kind: 'point', chart: 'norm', series: setting.id, x: step, seed: repetition, y: metric(b, i, 'weightNorm', r) };
    }
    const done = b.steps.at(-1)! + 1;
    yield { kind: 'progress', done, total: this.steps, phase: 'training', steps: done * b.replicas };
  }

  private *evaluated(b: MetricBatch): Generator<Row> {
    for (const [i, step] of b.steps.entries())
      for (const [r, { setting, repetition: seed }] of this.replicas.entries()) {
        const value = (set: string, what: string): number => metric(b, i, `${set}.${what}`, r);
        const accuracy = { train: 1 - value('train', 'error'), test: 1 - value('test', 'error') };
        const losses = { train: value('train', 'loss'), test: value('test', 'loss') };
        const first = (known: number, reached: boolean): number => (reached ? Math.min(known, step) : known);
        const before = this.progress[r]!;
        this.progress[r] = {
          losses,
          accuracy,
          memorised: first(before.memorised, accuracy.train > MEMORISED),
          generalised: first(before.generalised, accuracy.test > GENERALISED),
        };
        for (const set of ['train', 'test'] as const) {
          const point = (chart: string, y: number): PointRow => ({
            kind: 'point',
            chart,
            series: `${set} ${setting.id}`,
            x: step,
            seed,
            y,
          });
          yield point('accuracy', accuracy[set]);
          yield point('loss', losses[set]);
        }
      }
  }
}
