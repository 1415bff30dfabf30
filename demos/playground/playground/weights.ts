/** Trained weights as a file: out at the end of a run, and in again at the start of another. */
import { ConfigError } from '../../../src/core/errors';
import { showShape } from '../../../src/core/shape';
import type { Moments } from '../../../src/data/moments';
import type { ArtifactRow, InputFile } from '../../../src/lab/study';
import type { Model } from '../../../src/models/index';
import type { HostArray } from '../../../src/runtime/executor';
import { readSafetensors, storesFloats, writeSafetensors, type Stored, type StoredFile } from '../../../src/runtime/safetensors';
import { seedsOf, type Config } from './fields';
import type { Prepared, Scale } from './data';

export type Weights = Readonly<Record<string, HostArray>>;

/** Networks that one file holds: the first of them under plain names, network r as `replica<r>.<name>`. */
const MOST_REPLICAS = 8;
export const storedReplicas = (replicas: number): number => (replicas <= MOST_REPLICAS ? replicas : 1);

const prefixOf = (r: number): string => (r === 0 ? '' : `replica${r}.`);
const scaleTensors = (scale: Scale): Readonly<Record<string, { readonly shape: readonly number[]; readonly data: HostArray }>> =>
  Object.fromEntries(
    Object.entries(scale).flatMap(([what, m]: readonly [string, Moments]) => [
      [`${what}.mean`, { shape: [m.mean.length], data: m.mean }],
      [`${what}.deviation`, { shape: [m.deviation.length], data: m.deviation }],
    ]),
  );

/** `steps`: trained. Tensors of the shapes that the model has them in, float32; the moments of the standardisation, float64. */
export const weightsFile = (c: Config, model: Model, data: Prepared, weights: readonly Weights[], steps: number): ArtifactRow => {
  const tensors = Object.fromEntries(
    weights.flatMap((w, r) =>
      model.layout.parameters.map((p) => [`${prefixOf(r)}${p.name}`, { shape: p.shape, data: w[p.name]! }] as const),
    ),
  );
  const file = writeSafetensors(
    { ...tensors, ...scaleTensors(data.scale) },
    {
      study: 'playground',
      model: model.name,
      activation: c.activation,
      task: data.kind,
      classes: JSON.stringify(data.classNames),
      seeds: seedsOf(c).slice(0, weights.length).join(','),
      steps: String(steps),
    },
  );
  return { kind: 'artifact', name: 'weights.safetensors', type: 'application/octet-stream', data: new Uint8Array(file) };
};

/** A file of weights, read but not yet held against a model. Throws FormatError where it is not in safetensors layout. */
export const readWeights = (file: InputFile): StoredFile => readSafetensors(file.data);

/** What the weights were trained on the inputs by; undefined where the file says nothing of it. */
export const scaleIn = ({ tensors }: StoredFile): Scale | undefined => {
  const moments = (what: string): Moments | undefined => {
    const [mean, deviation] = [tensors[`${what}.mean`], tensors[`${what}.deviation`]];
    return mean && deviation ? { mean: Float64Array.from(mean.data), deviation: Float64Array.from(deviation.data) } : undefined;
  };
  const [x, y] = [moments('x'), moments('y')];
  return x ? { x, ...(y ? { y } : {}) } : undefined;
};

const list = (tensors: readonly (readonly [string, readonly number[]])[]): string =>
  tensors.map(([name, shape]) => `${name} ${showShape(shape)}`).join(', ') || 'none';
const isWeight = (name: string): boolean => !/^(?:[xy]\.(?:mean|deviation)|replica\d+\.)/.test(name);
const fits = (t: Stored | undefined, shape: readonly number[]): t is Stored =>
  t !== undefined && storesFloats(t) && showShape(t.shape) === showShape(shape);

/**
 * Weights for each of `replicas` networks: their own where the file holds them all, else the first network's for all. Throws ConfigError
 * listing names and shapes expected and found where they differ, and for another activation or other classes.
 */
export const weightsFor = (
  stored: StoredFile,
  name: string,
  c: Config,
  model: Model,
  data: Prepared,
  replicas: number,
): readonly Weights[] => {
  const { tensors, metadata } = stored;
  const found = Object.entries(tensors)
    .filter(([key]) => isWeight(key))
    .map(([key, t]) => [key, t.shape] as const);
  const expected = model.layout.parameters.map((p) => [p.name, p.shape] as const);
  if (found.length !== expected.length || !expected.every(([key, shape]) => fits(tensors[key], shape)))
    throw new ConfigError(
      `'${name}' does not fit this network. Expected: ${list(expected)}. Found: ${list(found)}. ` +
        `Choose the hidden widths and the data that it was trained with`,
    );
  const { activation, classes } = metadata;
  if (activation !== undefined && activation !== c.activation)
    throw new ConfigError(`'${name}' was trained with the activation ${activation}, the setting is ${c.activation}. Change the setting`);
  const own = JSON.stringify(data.classNames);
  if (classes !== undefined && classes !== own)
    throw new ConfigError(
      `'${name}' was trained for the classes ${classes}, the data have ${own}. Choose the data that it was trained with`,
    );
  const of = (r: number): Weights | undefined => {
    const all = expected.map(([key, shape]) => [key, tensors[`${prefixOf(r)}${key}`], shape] as const);
    return all.every(([, t, shape]) => fits(t, shape)) ? Object.fromEntries(all.map(([key, t]) => [key, t!.data])) : undefined;
  };
  const each = Array.from({ length: replicas }, (_, r) => of(r));
  return each.every((w) => w !== undefined) ? each : Array.from({ length: replicas }, () => of(0)!);
};
