/** What a trainer refuses: by name, value and what is allowed, when it opens and when it is written to. On the reference, which needs no GPU. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { mlp, quadraticMlp, transformer } from '../models/index';
import {
  crossEntropy,
  errorRate,
  gather,
  matmul,
  mean,
  meanSquaredError,
  mul,
  reshape,
  square,
  sub,
  toFloat,
  variable,
} from '../ops/index';
import { adam, sgd, type Optimiser } from '../optim/index';
import { openReference } from './reference';
import { Trainer, TrainerGroup, type TrainerData, type TrainerOptions } from './trainer';

const classes: TrainerOptions = {
  model: mlp({ widths: [2, 3, 4] }),
  loss: crossEntropy,
  optimiser: sgd({ lr: 0.1 }),
  seeds: [1, 2],
  data: { x: Float32Array.of(0, 1, 2, 3, 4, 5), y: Uint32Array.of(3, 0, 2), n: 3, target: [] },
};
const { data } = classes;
const open = (more: Partial<TrainerOptions>): Promise<Trainer> => Trainer.open(openReference(), { ...classes, ...more });
/** Whatever hyperparameters it says. */
const saying = (values: readonly number[]): Optimiser => ({ ...adam({ lr: 0.1 }), hyper: () => Float32Array.from(values) });

const ofNumbers: TrainerOptions['loss'] = (output, y) => mean(square(sub(reshape(output, y.shape), toFloat(y))));

describe('refused when a trainer opens', () => {
  it.each<readonly [string, Partial<TrainerOptions>, string]>([
    ['no seeds', { seeds: [] }, 'seeds is empty'],
    ['half a seed', { seeds: [0, 1.5] }, 'seeds[1] is 1.5; it must be a whole number in [0, 2^32)'],
    ['a negative seed', { seeds: [-1] }, 'seeds[0] is -1'],
    ['a seed beyond u32', { batchSeeds: 2 ** 32 }, 'batchSeeds[0] is 4294967296'],
    ['too few batch seeds', { batchSeeds: [1] }, 'batchSeeds: 1 values for 2 replicas'],
    ['too many scales', { initScale: [1, 2, 3] }, 'initScale: 3 values for 2 replicas'],
    ['a scale that is none', { initScale: [1, NaN] }, 'initScale is NaN for replica 1; it must be finite'],
    ['no batch', { batch: 0 }, 'batch is 0; it must be a whole number in [1, 3], the number of examples'],
    ['a batch of more than there are', { batch: 4 }, 'batch is 4; it must be a whole number in [1, 3]'],
    ['half a batch', { batch: 1.5 }, 'batch is 1.5'],
    [
      'no example',
      { data: { ...data, x: new Float32Array(0), y: new Uint32Array(0), n: 0 } },
      'data.n is 0; there must be at least one example',
    ],
    ['rates of other replicas', { optimiser: sgd({ lr: [1, 2, 3] }) }, 'lr: 3 values for 2 replicas'],
    ['an optimiser of one’s own', { optimiser: saying(Array.from({ length: 24 }, () => 0)) }, 'hyper: eps is 0 for replica 0'],
    ['a label no class has', { data: { ...data, y: Uint32Array.of(3, 0, 4) } }, 'data.y: example 2, is 4; there are 4 classes, 0 to 3'],
    [
      "one replica's label",
      { data: { ...data, y: Uint32Array.of(3, 0, 2, 0, 9, 1), yPerReplica: true } },
      'data.y: example 1 of replica 1, is 9; there are 4 classes',
    ],
    [
      'a test label, of an error rate alone',
      { test: { ...data, y: Uint32Array.of(0, 5, 0) }, evaluate: { error: errorRate } },
      'test.y: example 1, is 5; there are 4 classes',
    ],
    [
      'an infinite input',
      { data: { ...data, x: Float32Array.of(0, 1, 2, -Infinity, 4, 5) } },
      'data.x: example 1, position 1, is -Infinity; float32 holds',
    ],
    ['an input beyond float32', { data: { ...data, x: Float64Array.of(0, 1, 2, 3, 4e38, 5) } }, 'data.x: example 2, position 0, is 4e+38'],
    [
      'a target beyond float32',
      { loss: meanSquaredError, data: { ...data, y: Float64Array.from({ length: 12 }, (_, i) => (i === 6 ? 1e300 : 0)), target: [4] } },
      'data.y: example 1, position 2, is 1e+300',
    ],
    [
      'a negative weight',
      { data: { ...data, weight: Float32Array.of(1, -1, 3) } },
      'data.weight: example 1, is -1; weights must be finite and at least 0',
    ],
    [
      'weights that leave no example',
      { data: { ...data, weight: new Float32Array(3) } },
      'data.weight: every weight is 0, so that no example counts',
    ],
    ['a mask of another model', { mask: new Float32Array(3) }, 'mask has 3 values'],
    ['half a mask', { mask: new Float32Array(classes.model.layout.total).fill(0.5) }, 'mask: element 0 is 0.5; it must be 0 or 1'],
  ])('%s', async (_, more, message) => {
    await expect(open(more)).rejects.toThrow(ConfigError);
    await expect(open(more)).rejects.toThrow(message);
  });
  it.each([
    ['a transformer’s', transformer({ vocab: 5, context: 2, dModel: 4, heads: 1, dMlp: 0, depth: 1, readout: 'last' })],
    ['a quadratic network’s', quadraticMlp({ symbols: 5, hidden: 3 })],
  ])('%s tokens beyond its vocabulary', async (_, model) => {
    const tokens = { x: Uint32Array.of(0, 4, 3, 1, 2, 5), y: Uint32Array.of(0, 1, 4), n: 3, target: [] };
    await expect(open({ model, data: tokens })).rejects.toThrow('data.x: example 2, position 1, is 5; there are 5 rows of a table, 0 to 4');
    using trainer = await open({ model, data: { ...tokens, x: Uint32Array.of(0, 4, 3, 1, 2, 0) } });
    expect(trainer.replicas).toBe(2);
  });
  it('members of a group by name, and data that they share once', async () => {
    const shared: TrainerData = { ...data, y: Uint32Array.of(3, 0, 2) };
    const narrow = { ...classes, model: mlp({ widths: [2, 3] }), data: shared };
    await expect(TrainerGroup.open(openReference(), { wide: { ...classes, data: shared }, narrow })).rejects.toThrow(
      'narrow.data.y: example 0, is 3; there are 3 classes',
    );
    await expect(TrainerGroup.open(openReference(), {})).rejects.toThrow('at least one member');
  });
  it('but not labels that choose from nothing, nor rates of 0', async () => {
    // A loss of one output, to which labels are numbers.
    const model = mlp({ widths: [2, 1] });
    using trainer = await open({ model, loss: ofNumbers, data: { ...data, y: Uint32Array.of(7, 0, 1) }, optimiser: sgd({ lr: 0 }) });
    expect(trainer.replicas).toBe(2);
  });
});

describe('refused when it is written later', () => {
  it('hyperparameters, data and masks, by whichever way', async () => {
    const { total } = classes.model.layout;
    using trainer = await open({ optimiser: adam({ lr: 0.1 }), mask: new Float32Array(total).fill(1) });
    const { session } = trainer;
    expect(() => trainer.setHyper({ ...adam({ lr: 0.1 }), hyper: () => new Float32Array(24) })).toThrow('hyper: eps is 0 for replica 0');
    const hyper = adam({ lr: [0.1, 0.2] }).hyper(2);
    hyper[12] = -1;
    expect(() => session.write('hyper', hyper)).toThrow('hyper: lr is -1 for replica 1; it must be finite and at least 0');
    expect(() => session.write('train.y', Uint32Array.of(0, 1, 4))).toThrow('data.y: example 2, is 4');
    expect(() => session.write('train.x', new Float32Array(6).fill(Infinity))).toThrow('data.x: example 0, position 0, is Infinity');
    expect(() => session.write('mask', new Float32Array(total).fill(2))).toThrow('mask: element 0 is 2');
    expect(() => session.write('initScale', Float32Array.of(1, Infinity))).toThrow('initScale is Infinity for replica 1');
    // What training goes on from is what it was.
    session.write('train.y', Uint32Array.of(0, 1, 3));
    for await (const b of trainer.train({ steps: 1 })) expect(b.data.every(Number.isFinite)).toBe(true);
  });
  it('parameters that are not finite, or not in float32', async () => {
    using trainer = await open({});
    const sizes = classes.model.layout.parameters;
    const all = (value: number) => Object.fromEntries(sizes.map((p) => [p.name, new Float64Array(p.size).fill(value)]));
    expect(() => trainer.setParameters([all(1), { ...all(1), b1: Float64Array.of(0, 0, 1e39) }])).toThrow(
      "'b1'[2] of replica 1 is 1e+39; parameters must be finite in float32",
    );
    expect(() => trainer.setParameters(all(NaN))).toThrow("'W1'[0] of replica 0 is NaN");
    trainer.setParameters(all(1));
    // The state of a network that is lost may be put back: its replicas are others' neighbours.
    trainer.session.write('theta', new Float32Array(2 * classes.model.layout.total).fill(NaN));
  });
});

describe('objectives need not read what the data have', () => {
  const model = mlp({ widths: [2, 4] });
  it.each<readonly [string, Partial<TrainerOptions>]>([
    ['no target', { loss: (output) => mean(square(output)) }],
    ['no input', { model: { ...model, apply: ({ b1 }, x) => mul(variable('ones', [x.shape[0]!, 1]), reshape(b1!, [1, 4])) } }],
    ['no weight', { loss: (output, y, _weight) => crossEntropy(output, y), data: { ...data, weight: Float32Array.of(1, 1, 1) } }],
    [
      'neither, by batches',
      { loss: (output) => mean(square(output)), model: { ...model, apply: ({ W1 }) => matmul(variable('one', [2, 2]), W1!) }, batch: 2 },
    ],
    ['a test target that is not evaluated', { test: data, evaluate: { size: (output) => mean(square(output)) } }],
    [
      'no seed: all start at 0',
      {
        model: {
          ...model,
          layout: { ...model.layout, parameters: model.layout.parameters.map((p) => ({ ...p, init: { kind: 'zeros' } as const })) },
        },
      },
    ],
  ])('%s', async (_, more) => {
    using trainer = await open({ model, ...more });
    let steps = 0;
    for await (const b of trainer.train({ steps: 2, probes: more.evaluate ? [{ plan: 'eval', every: 1 }] : [] })) {
      expect(b.data.every(Number.isFinite)).toBe(true);
      steps += Number(b.plan === 'step');
    }
    expect(steps).toBe(2);
  });
  it('and a table of one’s own that labels index is known by its rows', async () => {
    const table = variable('table', [2, 4]);
    await expect(open({ model, loss: (output, y) => mean(square(sub(output, gather(table, y)))) })).rejects.toThrow(
      'data.y: example 0, is 3; there are 2 rows of a table, 0 to 1',
    );
  });
});
