/** Matrix products: squares, the thin ones, batches, and the shapes of the studies; as the engine runs them, and every variant there is. */
import type { Dims } from '../../../shaders/kernel';
import type { MatmulDims, Operands } from '../../../shaders/matmulCore';
import { stream, USE } from '../../core/random';
import { matmul, variable } from '../../ops/index';
import { plan, type Plan, type PlanDispatch } from '../../plan/index';
import { FAMILIES, variantOf, type Variant } from '../../plan/variants';
import { runsOn } from '../../runtime/kernelCheckCases';
import type { Values } from '../../runtime/stepwise';
import { measureKernel, measurePlan, planWork, workOf, type Bench, type BenchCase, type Measured } from './bench';
import type { SetName } from './report';

interface Product {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly batch?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly replicas?: number;
  readonly set: SetName;
  readonly tiles?: SetName;
  readonly say?: string;
}

const square = (n: number, set: SetName, tiles: SetName): Product => ({ M: n, K: n, N: n, set, tiles });
const PRODUCTS: readonly Product[] = [
  square(128, 'quick', 'full'),
  square(256, 'quick', 'quick'),
  square(512, 'quick', 'full'),
  square(1024, 'quick', 'full'),
  square(2048, 'quick', 'full'),
  square(4096, 'full', 'full'),
  { M: 512, K: 512, N: 512, transB: true, set: 'full' },
  { M: 512, K: 512, N: 512, transA: true, set: 'full' },
  { M: 1, K: 1024, N: 1024, set: 'quick', tiles: 'full', say: 'a row' },
  { M: 4096, K: 256, N: 16, set: 'quick', tiles: 'full', say: 'few columns' },
  { M: 16, K: 1024, N: 1024, set: 'full', say: 'few rows' },
  { M: 32, K: 16_384, N: 32, set: 'quick', tiles: 'full', say: 'long sums' },
  { M: 32, K: 32, N: 32, batch: 64, set: 'quick', tiles: 'full', say: 'a batch of small ones' },
  { M: 64, K: 64, N: 64, replicas: 64, set: 'quick', tiles: 'full', say: 'replicas of small ones' },
  { M: 480, K: 62, N: 256, set: 'quick', say: 'modular MLP, first layer' },
  { M: 480, K: 256, N: 31, set: 'full', say: 'modular MLP, last layer' },
  { M: 62, K: 480, N: 256, transA: true, set: 'full', say: 'modular MLP, gradient of the first layer' },
  { M: 256, K: 64, N: 256, set: 'full', say: 'MLP 64-256-256-10, first layer' },
  { M: 256, K: 256, N: 10, set: 'full', say: 'MLP 64-256-256-10, last layer' },
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

/** Every variant that can serve the shape, whatever the engine would choose. */
const variants = (d: PlanDispatch): readonly Variant[] => {
  const dims = d.dims as Dims<MatmulDims>;
  return FAMILIES.flat().filter((v) => v.kernel.valid?.(dims, v.options(d.options as Operands, dims)) !== false);
};

const random = (p: Plan): Values =>
  Object.fromEntries(
    Object.entries(p.variables).map(([name, t], i) => [
      name,
      stream(1, USE.data, i).fillUniform(new Float32Array(t.replicas * t.shape.reduce((n, d) => n * d, 1))),
    ]),
  );

/** None where the adapter lacks what the kernel needs. */
const measureVariant = async (bench: Bench, { dims, options, replicas }: PlanDispatch, v: Variant): Promise<readonly Measured[]> =>
  runsOn(v.kernel, bench.gpu.device.features)
    ? measureKernel(bench, { kernel: v.kernel, options: v.options(options as Operands, dims as Dims<MatmulDims>), dims, replicas })
    : [];
/** The engine's choice on this adapter. */
const measureChosen = async (bench: Bench, engine: Plan): Promise<readonly Measured[]> => {
  const [d, ...more] = bench.gpu.fitted(engine).dispatches;
  const v = more.length === 0 ? variantOf(d!) : undefined;
  if (!v) return measurePlan(bench, engine, random(engine));
  return (await measureKernel(bench, { kernel: v.kernel, options: d!.options, dims: d!.dims, replicas: d!.replicas })).map((m) =>
    Object.assign(m, { note: v.id }),
  );
};

const casesOf = (p: Product): readonly BenchCase[] => {
  const engine = planned(p);
  const only = engine.dispatches.length === 1 ? engine.dispatches[0]! : undefined;
  const label = `${shapeOf(p)}${p.say ? ` (${p.say})` : ''}`;
  const caseOf = (suffix: string, say: string, set: SetName, measure: BenchCase['measure']): BenchCase => ({
    id: keyOf(p) + suffix,
    group: 'Matrix products',
    label: label + say,
    set,
    work: workOf(planWork(engine)),
    measure,
  });
  const { tiles } = p;
  return [
    caseOf('', ', as the engine runs it', p.set, (bench) => measureChosen(bench, engine)),
    ...(only && tiles
      ? variants(only).map((v) => caseOf(`/${v.id.replaceAll(' ', '-')}`, `: ${v.id}`, tiles, (bench) => measureVariant(bench, only, v)))
      : []),
  ];
};

export const matmulCases = (): readonly BenchCase[] => PRODUCTS.flatMap(casesOf);
