/** Matrix products: squares, the thin ones, batches, and the shapes of the experiments; as the engine runs them, and every tile there is. */
import { anyKernel, type Options } from '../../../shaders/kernel';
import { matmul as kernel } from '../../../shaders/matmul';
import { stream, USE } from '../../core/random';
import { matmul, variable } from '../../ops/index';
import { plan, type Plan, type PlanDispatch } from '../../plan/index';
import type { KernelWork } from '../../runtime/bench/kernelPlan';
import type { Values } from '../../runtime/stepwise';
import { measureKernel, measurePlan, planWork, workOf, type BenchCase } from './bench';
import type { SetName } from './report';

interface Product { readonly M: number; readonly K: number; readonly N: number; readonly batch?: number; readonly transA?: boolean; readonly transB?: boolean; readonly replicas?: number; readonly set: SetName; readonly tiles?: SetName; readonly say?: string }

const square = (n: number, set: SetName, tiles: SetName): Product => ({ M: n, K: n, N: n, set, tiles });
const PRODUCTS: readonly Product[] = [
  square(128, 'quick', 'full'), square(256, 'quick', 'quick'), square(512, 'quick', 'full'), square(1024, 'quick', 'full'), square(2048, 'quick', 'full'), square(4096, 'full', 'full'),
  { M: 512, K: 512, N: 512, transB: true, set: 'full' }, { M: 512, K: 512, N: 512, transA: true, set: 'full' },
  { M: 1, K: 1024, N: 1024, set: 'quick', tiles: 'full', say: 'a row' }, { M: 4096, K: 256, N: 16, set: 'quick', tiles: 'full', say: 'few columns' },
  { M: 16, K: 1024, N: 1024, set: 'full', say: 'few rows' }, { M: 32, K: 16_384, N: 32, set: 'quick', tiles: 'full', say: 'long sums' },
  { M: 32, K: 32, N: 32, batch: 64, set: 'quick', tiles: 'full', say: 'a batch of small ones' }, { M: 64, K: 64, N: 64, replicas: 64, set: 'quick', tiles: 'full', say: 'replicas of small ones' },
  { M: 480, K: 62, N: 256, set: 'quick', say: 'modular MLP, first layer' }, { M: 480, K: 256, N: 31, set: 'full', say: 'modular MLP, last layer' },
  { M: 62, K: 480, N: 256, transA: true, set: 'full', say: 'modular MLP, gradient of the first layer' },
  { M: 256, K: 64, N: 256, set: 'full', say: 'MLP 64-256-256-10, first layer' }, { M: 256, K: 256, N: 10, set: 'full', say: 'MLP 64-256-256-10, last layer' },
  { M: 50, K: 40, N: 120, replicas: 5, set: 'full', say: 'double descent, first layer' },
];

const shapeOf = ({ M, K, N, batch = 1, transA, transB, replicas = 1 }: Product): string =>
  `${batch > 1 ? `${batch} × ` : ''}${M}×${K}${transA ? 'ᵀ' : ''} · ${K}×${N}${transB ? 'ᵀ' : ''}${replicas > 1 ? `, R = ${replicas}` : ''}`;
const keyOf = ({ M, K, N, batch = 1, transA, transB, replicas = 1 }: Product): string =>
  `matmul/${batch > 1 ? `${batch}x` : ''}${M}x${K}x${N}${transA ? '-ta' : ''}${transB ? '-tb' : ''}${replicas > 1 ? `-r${replicas}` : ''}`;

/** The plan that the engine makes of a product. */
const planned = ({ M, K, N, batch = 1, transA = false, transB = false, replicas = 1 }: Product): Plan => {
  const lead = batch > 1 ? [batch] : [];
  const a = variable('a', [...lead, ...(transA ? [K, M] : [M, K])]);
  const b = variable('b', [...lead, ...(transB ? [N, K] : [K, N])]);
  return plan({ name: 'matmul', replicas, outputs: { c: matmul(a, b, { transA, transB }) } });
};

/** Options that the shape decides. All others choose among ways to compute the same. */
const BY_SHAPE = new Set(['transA', 'transB', 'vecA', 'vecB', 'vecC', 'tailK', 'epilogue']);
/** The ways that differ from the engine's choice in one option and can serve the shape. */
const others = ({ dims, options }: PlanDispatch): readonly { readonly way: string; readonly options: Options }[] =>
  Object.entries(kernel.options).flatMap(([name, values]) => (BY_SHAPE.has(name) ? [] : values.flatMap((value) => {
    const changed: Options = { ...options, [name]: value };
    return value === options[name] || anyKernel(kernel).valid?.(dims, changed) === false ? [] : [{ way: typeof value === 'string' ? value : `${name} ${value}`, options: changed }];
  })));

/** The engine's choice, in words. */
const chosen = ({ options }: PlanDispatch): string =>
  Object.entries(options).flatMap(([name, value]) => (BY_SHAPE.has(name) || value === false ? [] : [typeof value === 'string' ? value : value === true ? name : `${name} ${value}`])).join(', ');

const random = (p: Plan): Values =>
  Object.fromEntries(Object.entries(p.variables).map(([name, t], i) => [name, stream(1, USE.data, i).fillUniform(new Float32Array(t.replicas * t.shape.reduce((n, d) => n * d, 1)))]));

const workWith = ({ dims, replicas }: PlanDispatch, options: Options): KernelWork => ({ kernel: anyKernel(kernel), options, dims, replicas });

const casesOf = (p: Product): readonly BenchCase[] => {
  const engine = planned(p);
  const only = engine.dispatches.length === 1 && engine.dispatches[0]!.kernel === kernel.name ? engine.dispatches[0]! : undefined;
  const label = `${shapeOf(p)}${p.say ? ` (${p.say})` : ''}`;
  const caseOf = (suffix: string, say: string, set: SetName, measure: BenchCase['measure']): BenchCase =>
    ({ id: keyOf(p) + suffix, group: 'Matrix products', label: label + say, set, work: workOf(planWork(engine)), measure });
  const { tiles } = p;
  return [
    caseOf('', `, as planned${only ? `: ${chosen(only)}` : ''}`, p.set, (bench) => (only ? measureKernel(bench, workWith(only, only.options)) : measurePlan(bench, engine, random(engine)))),
    ...(only && tiles ? others(only).map(({ way, options }) => caseOf(`/${way.replaceAll(' ', '-')}`, `: ${way}`, tiles, (bench) => measureKernel(bench, workWith(only, options)))) : []),
  ];
};

export const matmulCases = (): readonly BenchCase[] => PRODUCTS.flatMap(casesOf);
