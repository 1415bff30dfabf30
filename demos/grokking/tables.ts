/** The operation's table as replicas' training and test sets: each seed its own split, each setting its own share. */
import { operationTable, splitEntries, takeEntries, type Entries, type OperationTable } from '../../src/data/index';
import type { TrainerData } from '../../src/runtime/trainer';
import { seedOf, type Setting, type Task } from './settings';
import type { Learner } from './learner';

export interface Replica {
  readonly setting: Setting;
  readonly repetition: number;
  readonly seed: number;
}
export const replicasOf = (c: { readonly seeds: number; readonly seed: number }, settings: readonly Setting[]): readonly Replica[] =>
  settings.flatMap((setting) => Array.from({ length: c.seeds }, (_, repetition) => ({ setting, repetition, seed: seedOf(c, repetition) })));

export const tableOf = ({ task, modulus }: Pick<Task, 'task' | 'modulus'>): OperationTable => operationTable(task, Number(modulus));

/** a, b and what follows them, of one entry after another. */
export const tokensOf = ({ n, a, b }: Entries, { suffix }: Learner): Uint32Array => {
  const width = 2 + suffix.length;
  const tokens = new Uint32Array(width * n);
  for (let i = 0; i < n; i++) tokens.set([a[i]!, b[i]!, ...suffix], width * i);
  return tokens;
};

/** Sets of unequal sizes are filled up with entries of weight 0. */
const stacked = (sets: readonly Entries[], learner: Learner): TrainerData => {
  const n = Math.max(...sets.map((s) => s.n));
  const padded = sets.map(({ n: own, a, b, c }) => {
    const fill = (v: Uint32Array): Uint32Array => {
      const out = new Uint32Array(n);
      out.set(v);
      return out;
    };
    return { n, a: fill(a), b: fill(b), c: fill(c), weight: Float32Array.from({ length: n }, (_, i) => (i < own ? n / own : 0)) };
  });
  const size = n * learner.target.reduce((x, y) => x * y, 1);
  const width = 2 + learner.suffix.length;
  const [x, weight] = [new Uint32Array(width * n * sets.length), new Float32Array(n * sets.length)];
  const y = learner.target.length === 0 ? new Uint32Array(size * sets.length) : new Float32Array(size * sets.length);
  padded.forEach((s, r) => {
    x.set(tokensOf(s, learner), width * n * r);
    y.set(learner.targets(s.c), size * r);
    weight.set(s.weight, n * r);
  });
  const data: TrainerData = { x, y, n, target: learner.target, xPerReplica: true, yPerReplica: true };
  return sets.every((s) => s.n === n) ? data : { ...data, weight, weightPerReplica: true };
};

export interface Sets {
  readonly train: TrainerData;
  readonly test: TrainerData;
  /** By replica and entry of the table: n/(entries to train on) where it is one of them, else 0. */
  readonly trainWeight: Float32Array;
}
/** Throws ConfigError for a share that leaves a set empty. */
export const setsOf = (replicas: readonly Replica[], table: OperationTable, learner: Learner): Sets => {
  const splits = replicas.map((r) => splitEntries(table.n, r.setting.fraction, r.seed));
  const trainWeight = new Float32Array(replicas.length * table.n);
  splits.forEach(({ train }, r) => {
    for (const i of train) trainWeight[r * table.n + i] = table.n / train.length;
  });
  return {
    train: stacked(
      splits.map((s) => takeEntries(table, s.train)),
      learner,
    ),
    test: stacked(
      splits.map((s) => takeEntries(table, s.test)),
      learner,
    ),
    trainWeight,
  };
};
