/** What a trainer takes: sizes when it opens, values then and at every later write. All throw ConfigError with name, value and what is allowed. */
import { ConfigError } from '../core/errors';
import { sizeOf } from '../core/shape';
import type { Tensor } from '../graph/tensor';
import type { Model } from '../models/index';
import { checkHyper, requireInDomain, type PerReplica } from '../optim/index';
import type { HostArray } from './executor';
import { indexLimits, type IndexLimit } from './indexLimits';
import type { TrainerData, TrainerOptions } from './trainerOptions';

const checkSeeds = (name: string, seeds: readonly number[]): void => {
  const bad = seeds.findIndex((s) => !(Number.isInteger(s) && s >= 0 && s < 2 ** 32));
  if (bad >= 0) throw new ConfigError(`${name}[${bad}] is ${seeds[bad]}; it must be a whole number in [0, 2^32)`);
};
const checkCount = (name: string, value: PerReplica | undefined, R: number): void => {
  if (typeof value === 'object' && value.length !== R) throw new ConfigError(`${name}: ${value.length} values for ${R} replicas`);
};

/** Everything but the data's values. */
export const checkOptions = (o: TrainerOptions): void => {
  const { seeds = [0], batchSeeds, batch, initScale, data, test, model, mask, optimiser } = o;
  const R = seeds.length;
  if (R === 0) throw new ConfigError('seeds is empty; there must be at least one, each a replica');
  checkSeeds('seeds', seeds);
  checkCount('batchSeeds', batchSeeds, R);
  checkSeeds('batchSeeds', [batchSeeds ?? []].flat());
  checkCount('initScale', initScale, R);
  requireInDomain('', { initScale: ['any', initScale] });
  checkHyper(optimiser.hyper(R), isAdaptive(o));
  checkData('data', data, model, R);
  if (test) checkData('test', test, model, R);
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1 && batch <= data.n))
    throw new ConfigError(`batch is ${batch}; it must be a whole number in [1, ${data.n}], the number of examples`);
  const { total } = model.layout;
  if (mask && mask.length !== total && mask.length !== R * total)
    throw new ConfigError(`mask has ${mask.length} values; the model's flat vector has ${total}${R > 1 ? `, times ${R} replicas` : ''}`);
};
/** Whether the optimiser divides by a root. */
const isAdaptive = ({ optimiser }: TrainerOptions): boolean => optimiser.state.includes('moment2');

const checkData = (what: string, d: TrainerData, model: Model, R: number): void => {
  if (!(Number.isInteger(d.n) && d.n >= 1))
    throw new ConfigError(`${what}.n is ${d.n}; there must be at least one example, a whole number`);
  const x = d.n * sizeOf(model.input) * (d.xPerReplica ? R : 1);
  const y = d.n * sizeOf(d.target) * (d.yPerReplica ? R : 1);
  if (d.x.length !== x)
    throw new ConfigError(
      `${what}.x has ${d.x.length} values; ${d.n} examples of [${model.input.join(',')}]${d.xPerReplica ? ` for ${R} replicas` : ''} take ${x}`,
    );
  if (d.y.length !== y)
    throw new ConfigError(
      `${what}.y has ${d.y.length} values; ${d.n} targets of [${d.target.join(',')}]${d.yPerReplica ? ` for ${R} replicas` : ''} take ${y}`,
    );
  if (d.weight && d.weight.length !== d.n * (d.weightPerReplica ? R : 1))
    throw new ConfigError(
      `${what}.weight has ${d.weight.length} values; ${d.n} examples${d.weightPerReplica ? ` for ${R} replicas` : ''} take ${d.n * (d.weightPerReplica ? R : 1)}`,
    );
  if (model.inputType === 'u32' && !(d.x instanceof Uint32Array)) throw new ConfigError(`${what}.x: tokens are a Uint32Array`);
  if (d.target.length === 0 && !(d.y instanceof Uint32Array)) throw new ConfigError(`${what}.y: class labels are a Uint32Array`);
};

/** Where value `i` of examples of `width` values is. */
const placeOf = (i: number, width: number, n: number): string =>
  `example ${Math.floor(i / width) % n}${width > 1 ? `, position ${i % width}` : ''}${i >= n * width ? ` of replica ${Math.floor(i / (n * width))}` : ''}`;

/** Of examples' values: what is wrong with the first that is not finite in float32, NaN aside, which is data that are missing and makes the loss NaN. */
const checkFloats = (name: string, data: HostArray, width: number, n: number): void => {
  const bad = data.findIndex((v: number) => !Number.isNaN(v) && !Number.isFinite(Math.fround(v)));
  if (bad >= 0)
    throw new ConfigError(
      `${name}: ${placeOf(bad, width, n)}, is ${data[bad]}; float32 holds values up to 3.4e38. Scale the data, or leave it out`,
    );
};
const checkIndices = (name: string, data: Uint32Array, width: number, n: number, { below, of }: IndexLimit): void => {
  const bad = data.findIndex((v) => v >= below);
  if (bad >= 0) throw new ConfigError(`${name}: ${placeOf(bad, width, n)}, is ${data[bad]}; there are ${below} ${of}, 0 to ${below - 1}`);
};
const checkWeights = (name: string, data: HostArray, n: number): void => {
  const bad = data.findIndex((v: number) => !(v >= 0 && Number.isFinite(Math.fround(v))));
  if (bad >= 0) throw new ConfigError(`${name}: ${placeOf(bad, 1, n)}, is ${data[bad]}; weights must be finite and at least 0`);
  for (let r = 0; r < data.length / n; r++)
    if (data.subarray(r * n, (r + 1) * n).every((v) => v === 0))
      throw new ConfigError(`${name}: every weight${data.length > n ? ` of replica ${r}` : ''} is 0, so that no example counts`);
};
const checkMask = (data: HostArray): void => {
  const bad = data.findIndex((v: number) => v !== 0 && v !== 1);
  if (bad >= 0) throw new ConfigError(`mask: element ${bad} is ${data[bad]}; it must be 0 or 1`);
};

/** What the values of a variable must be; throws ConfigError. */
export type ValueCheck = (data: HostArray) => void;
type Checks = readonly (readonly [variable: string, check: ValueCheck])[];

/** Of a set's variables. `what`: its name in messages. */
export const dataChecks = (
  what: string,
  variable: string,
  { n, target }: TrainerData,
  model: Model,
  limits: ReadonlyMap<string, IndexLimit>,
): Checks => {
  const values =
    (name: string, width: number): ValueCheck =>
    (data) => {
      const limit = limits.get(`${variable}.${name}`);
      if (!(data instanceof Uint32Array)) checkFloats(`${what}.${name}`, data, width, n);
      else if (limit) checkIndices(`${what}.${name}`, data, width, n, limit);
    };
  return [
    [`${variable}.x`, values('x', sizeOf(model.input))],
    [`${variable}.y`, values('y', sizeOf(target))],
    [`${variable}.weight`, (data) => checkWeights(`${what}.weight`, data, n)],
  ];
};
/** Checks a set's values where the graph of `roots` has them as `<variable>.x` and `<variable>.y`. */
export const checkValues = (what: string, variable: string, d: TrainerData, model: Model, roots: readonly Tensor[]): void => {
  const values: Readonly<Record<string, HostArray | undefined>> = { x: d.x, y: d.y, weight: d.weight };
  for (const [name, check] of dataChecks(what, variable, d, model, indexLimits(roots))) {
    const data = values[name.slice(variable.length + 1)];
    if (data) check(data);
  }
};
/** Of a trainer's other variables. Parameters and state may be anything: those of a lost network are NaN. */
export const ownChecks = (o: TrainerOptions, prefix: string): Checks => [
  [`${prefix}hyper`, (data) => checkHyper(data, isAdaptive(o))],
  [`${prefix}initScale`, (data) => requireInDomain('', { initScale: ['any', Array.from(data)] })],
  [`${prefix}mask`, checkMask],
];

/** Where the data have a NaN, which explains a loss that is NaN; undefined where they have none. */
export const missingIn = ({ x, y, n, target }: TrainerData, model: Model): string | undefined => {
  for (const [name, data, width] of [
    ['x', x, sizeOf(model.input)],
    ['y', y, sizeOf(target)],
  ] as const) {
    const at = data.findIndex((v: number) => Number.isNaN(v));
    if (at >= 0) return `data.${name}: ${placeOf(at, width, n)}, is NaN: leave it out, or fill it in`;
  }
  return undefined;
};
