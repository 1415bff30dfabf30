/** The Fourier circuit of the watched replicas, those of the first setting: while it forms, and taken apart at the end. */
import { stream, USE } from '../../../src/core/random';
import type { Row } from '../../../src/lab/study';
import {
  effectiveRank,
  keyFrequencies,
  logitComponent,
  logitSpectrum,
  lossByResult,
  restrictedLogits,
  spectrumOf,
  unitFrequencies,
  type LogitSpectrum,
  type UnitFrequencies,
} from '../../../src/measure/index';
import type { Dense } from '../../../src/theory/index';
import type { Weights } from '../learner';
import type { Network } from '../network';
import type { Setting } from '../settings';
import type { Replica } from '../tables';
import type { Progress } from '../training';

/** Key frequencies: the fewest that carry this much of what all frequencies do. */
export const KEY_PART = 0.95;
/** Strongest frequencies whose units are silenced in turn. */
const MOST_SILENCED = 8;

interface Seen {
  readonly step: number;
  readonly replica: number;
  readonly sums: Dense;
  readonly spectrum: LogitSpectrum;
}
const total = (shares: Float64Array): number => shares.reduce((a, b) => a + b, 0);
const shareOf = ({ shares }: LogitSpectrum, keys: readonly number[]): number => keys.reduce((sum, k) => sum + shares[k - 1]!, 0);
const averageOf = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

export class Circuit {
  private readonly seen: Seen[] = [];
  private readonly watched: readonly number[];
  constructor(
    first: Setting,
    private readonly network: Network,
    private readonly replicas: readonly Replica[],
  ) {
    this.watched = replicas.flatMap((r, i) => (r.setting.id === first.id ? [i] : []));
  }

  /** What is seen after `step` steps, with the key frequencies of that moment. */
  async *look(step: number, progress: readonly Progress[]): AsyncGenerator<Row> {
    const now = (await this.network.logits()).map(({ sums, squares }, replica): Seen => ({
      step,
      replica,
      sums,
      spectrum: logitSpectrum(sums, squares),
    }));
    const keys = now.map(({ spectrum }) => keyFrequencies(spectrum.shares, KEY_PART));
    const excluded = await this.excluded(now, keys);
    const weights = await this.network.weights();
    for (const r of this.watched) {
      const { repetition: seed } = this.replicas[r]!;
      const own = now[r]!;
      this.seen.push(own);
      yield* this.restricted(own, keys[r]!);
      yield { kind: 'point', chart: 'circuit', series: 'excluded', x: step, seed, y: excluded[r]! };
      for (const set of ['train', 'test'] as const)
        yield { kind: 'point', chart: 'circuit', series: set, x: step, seed, y: progress[r]!.losses[set] };
      yield* this.inside(step, r, weights[r]!);
    }
  }

  /** Training loss without one of a replica's key frequencies: the mean over them. */
  private async excluded(now: readonly Seen[], keys: readonly (readonly number[])[]): Promise<readonly number[]> {
    const sums = now.map(() => 0);
    for (let i = 0; i < Math.max(...keys.map((k) => k.length)); i++) {
      const losses = await this.network.excluded(now.map((s, r) => logitComponent(s.sums, keys[r]!.slice(i, i + 1))));
      losses.forEach((loss, r) => {
        if (i < keys[r]!.length) sums[r]! += loss / keys[r]!.length;
      });
    }
    return sums;
  }

  private *restricted({ step: x, replica, sums, spectrum }: Seen, keys: readonly number[]): Generator<Row> {
    const { repetition: seed } = this.replicas[replica]!;
    yield {
      kind: 'point',
      chart: 'circuit',
      series: 'restricted',
      x,
      seed,
      y: lossByResult(restrictedLogits(sums, spectrum, keys), this.network.learner.lossKind),
    };
    yield { kind: 'point', chart: 'explained', series: 'key', x, seed, y: shareOf(spectrum, keys) };
    yield { kind: 'point', chart: 'explained', series: 'all', x, seed, y: total(spectrum.shares) };
  }

  /** Embedding and units; maps of the first seed alone, as each seed has frequencies of its own. */
  private *inside(x: number, r: number, weights: Weights): Generator<Row> {
    const { learner } = this.network;
    const { repetition: seed } = this.replicas[r]!;
    const embedding = learner.embedding(weights);
    const units = learner.units && unitFrequencies(learner.units.parts(weights));
    yield { kind: 'point', chart: 'rank', series: 'embedding', x, seed, y: effectiveRank(embedding) };
    if (units) yield { kind: 'point', chart: 'pure', series: 'units', x, seed, y: averageOf(units.explained) };
    if (seed !== 0) return;
    const { power } = spectrumOf(embedding);
    for (const [i, v] of power.entries()) {
      yield { kind: 'cell', chart: 'embedding', x, y: i + 1, seed, value: v / total(power) };
      if (units)
        yield {
          kind: 'cell',
          chart: 'neurons',
          x,
          y: i + 1,
          seed,
          value: units.frequency.filter((k) => k === i + 1).length / units.frequency.length,
        };
    }
  }

  /** With the key frequencies that each replica ended with, at every step looked at: what was the circuit before it was one. */
  *again(): Generator<Row> {
    const last = new Map(this.seen.map((s) => [s.replica, keyFrequencies(s.spectrum.shares, KEY_PART)]));
    for (const s of this.seen) yield* this.restricted(s, last.get(s.replica)!);
    for (const [r, keys] of last)
      yield { kind: 'point', chart: 'keys', series: 'count', x: 0, seed: this.replicas[r]!.repetition, y: keys.length };
  }

  /** Accuracy and loss on the whole table without one frequency's units, and without as many others, by the frequency's strength in the logits. */
  async *silenced(): AsyncGenerator<Row> {
    const { units } = this.network.learner;
    if (!units) return;
    const weights = await this.network.weights();
    const groups = weights.map((w) => unitFrequencies(units.parts(w)).frequency);
    const order = this.replicas.map((_, r) =>
      keyFrequencies(this.seen.findLast((s) => s.replica === r)?.spectrum.shares ?? new Float64Array(1), 1),
    );
    for (let rank = 1; rank <= Math.min(MOST_SILENCED, Math.max(...order.map((o) => o.length))); rank++) {
      const own = groups.map((g, r) => Float32Array.from(g, (k) => Number(k !== order[r]![rank - 1])));
      const others = own.map((alive, r) => this.asMany(alive, r, rank));
      for (const [series, alive] of [
        ['frequency', own],
        ['others', others],
      ] as const) {
        const found = await this.network.silenced(alive);
        for (const r of this.watched) {
          const { repetition: seed } = this.replicas[r]!;
          yield { kind: 'point', chart: 'silenced', series, x: rank, seed, y: 1 - found[r]!.error };
          yield { kind: 'point', chart: 'silencedLoss', series, x: rank, seed, y: found[r]!.loss };
        }
      }
    }
    yield* this.grouped(unitFrequencies(units.parts(weights[this.watched[0]!]!)));
  }
  /** As many units silent as in `alive`, drawn from the rest. */
  private asMany(alive: Float32Array, r: number, rank: number): Float32Array {
    const random = stream(this.replicas[r]!.seed, USE.mask, rank);
    const silent = alive.filter((v) => v === 0).length;
    const rest = [...alive.keys()]
      .filter((k) => alive[k] === 1)
      .map((k) => [random.bits(k), k] as const)
      .toSorted(([a], [b]) => a - b);
    const out = new Float32Array(alive.length).fill(1);
    for (const [, k] of rest.slice(0, silent)) out[k] = 0;
    return out;
  }
  /** The first seed's units, side by side by their frequency. */
  private *grouped({ frequency, explained, shares }: UnitFrequencies): Generator<Row> {
    const sorted = [...frequency.keys()].toSorted((a, b) => frequency[a]! - frequency[b]! || explained[b]! - explained[a]!);
    for (const [place, unit] of sorted.entries())
      for (let k = 0; k < shares.cols; k++)
        yield { kind: 'cell', chart: 'units', x: place + 1, y: k + 1, seed: 0, value: shares.data[unit * shares.cols + k]! };
  }
}
