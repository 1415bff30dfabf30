/** What a transformer computes, against plain loops over its parameters, in float64. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../core/errors';
import { stream } from '../core/random';
import { variance } from '../core/stats';
import { gradients, tangents } from '../autodiff/index';
import type { Tensor } from '../graph/tensor';
import { crossEntropy, variable } from '../ops/index';
import { interpret } from '../ops/interpret.testing';
import {
  initialise,
  modularAdditionTransformer,
  traceTransformer,
  transformer,
  unpack,
  type Model,
  type TransformerOptions,
} from './index';

const small: TransformerOptions = { vocab: 5, context: 3, dModel: 4, heads: 2, dMlp: 6, depth: 2, eps: 0.5 };
const TOKENS = [0, 4, 2, 3, 3, 1];
const random = (n: number, seed: number): Float64Array => Float64Array.from({ length: n }, (_, i) => 2 * stream(seed, 1).uniform(i) - 1);
const thetaOf = ({ layout }: Model, seed = 1): Float64Array => random(layout.total, seed);
const theta = ({ layout }: Model): Tensor => variable('theta', [layout.total]);
const run = (model: Model, values: Float64Array, tokens: readonly number[] = TOKENS): Float64Array => {
  const logits = model.apply(unpack(model.layout, theta(model)), variable('tokens', [tokens.length / 3, 3], { dtype: 'u32' }));
  return interpret({ logits }, { theta: values, tokens }).values['logits']!;
};

type Matrix = readonly (readonly number[])[];
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, k) => s + v * b[k]![j]!, 0)));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((v, j) => v + b[i % b.length]![j]!));
const ACT = {
  relu: (v: number): number => Math.max(v, 0),
  gelu: (v: number): number => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
};

/** Logits of one sequence by the definition, all positions. */
const byHand = (
  o: TransformerOptions & { readonly activation: keyof typeof ACT },
  model: Model,
  values: Float64Array,
  tokens: readonly number[],
): Matrix => {
  const find = (name: string): Matrix | undefined => {
    const p = model.layout.parameters.find((q) => q.name === name);
    const cols = p?.shape.at(-1) ?? 1;
    return (
      p && Array.from({ length: p.size / cols }, (_, r) => Array.from(values.subarray(p.offset + r * cols, p.offset + (r + 1) * cols)))
    );
  };
  const get = (name: string): Matrix => find(name)!;
  const norm = (prefix: string, h: Matrix): Matrix =>
    o.norm === 'none'
      ? h
      : h.map((row) => {
          const mean = o.norm === 'rms' ? 0 : row.reduce((s, v) => s + v, 0) / row.length;
          const spread = Math.sqrt(row.reduce((s, v) => s + (v - mean) ** 2, 0) / row.length + o.eps!);
          return row.map((v, j) => ((v - mean) / spread) * get(`${prefix}.scale`)[0]![j]! + (find(`${prefix}.bias`)?.[0]?.[j] ?? 0));
        });
  const head = (q: Matrix, k: Matrix, v: Matrix): Matrix =>
    q.map((row, t) => {
      const seen = k.filter((_, s) => o.causal === false || s <= t);
      const weights = seen.map((key) => Math.exp(row.reduce((s, x, c) => s + x * key[c]!, 0) / Math.sqrt(row.length)));
      const total = weights.reduce((s, w) => s + w, 0);
      return row.map((_, c) => weights.reduce((s, w, at) => s + (w / total) * v[at]![c]!, 0));
    });
  let h = plus(
    tokens.map((t) => get('embed')[t]!),
    get('position'),
  );
  for (let l = 1; l <= o.depth; l++) {
    const z = norm(`block${l}.norm1`, h);
    const [q, k, v] = ['Wq', 'Wk', 'Wv'].map((w) => times(z, get(`block${l}.${w}`))) as [Matrix, Matrix, Matrix];
    const width = o.dModel / o.heads;
    const outs = Array.from({ length: o.heads }, (_, i) => {
      const cut = (m: Matrix): Matrix => m.map((row) => row.slice(i * width, (i + 1) * width));
      return head(cut(q), cut(k), cut(v));
    });
    h = plus(
      h,
      times(
        h.map((_, t) => outs.flatMap((out) => out[t]!)),
        get(`block${l}.Wo`),
      ),
    );
    if (o.dMlp === 0) continue;
    const hidden = plus(times(norm(`block${l}.norm2`, h), get(`block${l}.Win`)), get(`block${l}.bin`)).map((row) =>
      row.map(ACT[o.activation]),
    );
    h = plus(h, plus(times(hidden, get(`block${l}.Wout`)), get(`block${l}.bout`)));
  }
  const unembed = o.tied ? get('embed')[0]!.map((_, c) => get('embed').map((row) => row[c]!)) : get('unembed');
  return times(norm('norm', h), unembed);
};

describe('a transformer', () => {
  const variants: readonly (Partial<TransformerOptions> & { readonly activation: keyof typeof ACT })[] = [
    { norm: 'none', activation: 'relu' },
    { norm: 'layer', activation: 'gelu', outputs: 3 },
    { norm: 'rms', activation: 'relu', tied: true, causal: false },
    { norm: 'layer', activation: 'relu', form: 'composed' },
    { norm: 'rms', activation: 'relu', dMlp: 0, heads: 4 },
    { norm: 'none', activation: 'gelu', depth: 0 },
  ];
  it.each(variants)('%j computes what its definition says', (variant) => {
    const o = { ...small, ...variant };
    const model = transformer(o);
    const values = thetaOf(model);
    const want = [TOKENS.slice(0, 3), TOKENS.slice(3)].flatMap((tokens) => byHand(o, model, values, tokens)).flat();
    const got = run(model, values);
    expect(got).toHaveLength(want.length);
    // Constants (0.044715, 1/√d) are f32 in the graph and enter a chain of fewer than 2⁶ operations with factors below 2⁴.
    got.forEach((v, i) => {
      expect(Math.abs(v - want[i]!)).toBeLessThanOrEqual(2 ** (-24 + 10) * Math.max(1, Math.abs(want[i]!)));
    });
  });
  it.each(['none', 'layer'] as const)('read out at the last position (norm %s) is the last row of all, to the bit', (norm) => {
    const [all, last] = [transformer({ ...small, norm }), transformer({ ...small, norm, readout: 'last' })];
    const values = thetaOf(all);
    const logits = run(all, values);
    const ends = [10, 11, 12, 13, 14, 25, 26, 27, 28, 29];
    expect([...run(last, values)]).toEqual(ends.map((at) => logits[at]!));
  });
  it('shows what lies between', () => {
    const o: TransformerOptions = { ...small, norm: 'none', readout: 'last' };
    const { embedded, blocks } = traceTransformer(
      o,
      unpack(transformer(o).layout, theta(transformer(o))),
      variable('tokens', [2, 3], { dtype: 'u32' }),
    );
    expect([embedded.shape, ...blocks.flatMap(({ h, weights, hidden }) => [h.shape, weights.shape, hidden?.shape])]).toEqual([
      [6, 4],
      [6, 4],
      [2, 2, 3, 3],
      [6, 6],
      [2, 4],
      [2, 2, 1, 3],
      [2, 6],
    ]);
    const { weights } = interpret({ weights: blocks[1]!.weights }, { theta: thetaOf(transformer(o)), tokens: TOKENS }).values;
    // Three weights, each a quotient by their sum: three roundings of 2⁻⁵³ of numbers up to 1, and two of the sum.
    for (let row = 0; row < 4; row++)
      expect(Math.abs(weights!.subarray(3 * row, 3 * row + 3).reduce((s, w) => s + w, 0) - 1)).toBeLessThanOrEqual(8 * 2 ** -53);
  });
  it('looks back only, where causal', () => {
    const changed = [0, 4, 1, 3, 3, 1];
    for (const causal of [true, false]) {
      const model = transformer({ ...small, causal });
      const [before, after] = [run(model, thetaOf(model)), run(model, thetaOf(model), changed)];
      // Of the first sequence the last token was changed: its first two rows stay.
      expect(before.subarray(0, 10).every((v, i) => v === after[i])).toBe(causal);
      expect(before.subarray(15)).toEqual(after.subarray(15));
      expect(before.subarray(10, 15)).not.toEqual(after.subarray(10, 15));
    }
  });
  it('has the same first and second derivatives whether its attention is fused or composed', () => {
    const labels = [1, 0, 4, 2, 2, 3];
    const [fused, composed] = (['fused', 'composed'] as const).map((form) => {
      const model = transformer({ ...small, norm: 'rms', activation: 'gelu', form });
      const [parameters, u] = [theta(model), variable('u', [model.layout.total])];
      const logits = model.apply(unpack(model.layout, parameters), variable('tokens', [2, 3], { dtype: 'u32' }));
      const [g] = gradients(crossEntropy(logits, variable('labels', [2, 3], { dtype: 'u32' })), [parameters]);
      const [hu] = tangents([g!], [parameters], [u]);
      const { values } = interpret({ g: g!, hu: hu! }, { theta: thetaOf(model), u: thetaOf(model, 2), tokens: TOKENS, labels });
      return [values['g']!, values['hu']!];
    }) as [Float64Array[], Float64Array[]];
    // Sums in another order: some 2⁹ roundings of 2⁻⁵³ of values below 2⁵.
    fused.forEach((d, k) => {
      d.forEach((v, i) => {
        expect(Math.abs(v - composed[k]![i]!)).toBeLessThanOrEqual(2 ** (9 + 5 - 53));
      });
      expect(Math.max(...d.map(Math.abs))).toBeGreaterThan(2 ** -10);
    });
  });
});

describe('its parameters', () => {
  it('of the reference run are those of the paper', () => {
    // 114·128 + 3·128 + 4·128² + 128·512 + 512 + 512·128 + 128 + 128·113
    const model = transformer(modularAdditionTransformer(113));
    expect(model.layout.count).toBe(14_592 + 384 + 65_536 + 65_536 + 512 + 65_536 + 128 + 14_464);
    expect(model).toMatchObject({ input: [3], inputType: 'u32', outputs: 113 });
  });
  it('start with the variances of the scheme, scales at 1 and biases at 0', () => {
    const o: TransformerOptions = { vocab: 60, context: 8, dModel: 64, heads: 4, dMlp: 128, depth: 1, outputs: 200 };
    for (const init of ['nanda', 'lecun'] as const) {
      const model = transformer({ ...o, init });
      const start = initialise(model.layout, variable('key', [2], { dtype: 'u32' }), variable('scale', []));
      const values = interpret({ start }, { key: [3, 0], scale: [1] }).values['start']!;
      const expected: Readonly<Record<string, number>> = {
        'block1.Wout': init === 'lecun' ? 128 : 64,
        unembed: init === 'lecun' ? 64 : 200,
      };
      for (const { name, offset, size, bias } of model.layout.parameters) {
        const own = values.subarray(offset, offset + size);
        if (bias) expect(new Set(own)).toEqual(new Set([name.endsWith('.scale') ? 1 : 0]));
        // Five standard errors of the variance of a normal sample, √(2/n) of it.
        else expect(Math.abs(variance(own) * (expected[name] ?? 64) - 1)).toBeLessThan(5 * Math.sqrt(2 / size));
      }
    }
  });
  it.each<readonly [Partial<TransformerOptions>, string]>([
    [{ heads: 3 }, '3 heads do not divide dModel, 4'],
    [{ vocab: 0 }, 'vocab is 0; it must be a positive integer'],
    [{ depth: -1 }, 'depth is -1; it must be a whole number from 0'],
    [{ tied: true, outputs: 4 }, 'tied, it has as many outputs as tokens; outputs is 4, vocab 5'],
  ])('refuses %j', (o, message) => {
    expect(() => transformer({ ...small, ...o })).toThrow(ConfigError);
    expect(() => transformer({ ...small, ...o })).toThrow(`transformer: ${message}`);
  });
});
