/**
 * Plan → the same plan with the kernels' variants that suit an adapter. Plans are made without one, of portable variants; the executor
 * specialises them when it opens a session, so nothing that makes plans needs to know. Pure: the same plan and kind of adapter give the same result,
 * whatever was measured, and replicas do not enter, so that runs keep their bits.
 */
import type { Dims, Options } from '../../shaders/kernel';
import type { MatmulDims, MatmulOptions } from '../../shaders/matmul';
import { LAYOUTS, matmulQuad, quadTile, type Layout, type MatmulQuadOptions } from '../../shaders/matmulQuad';
import type { Plan, PlanDispatch } from './plan';
import { chosen, shapeClass, type Choices } from './variants';

/** What of an adapter decides between variants that give different bits. */
export interface AdapterKind {
  /** Its subgroups are quads of four invocations run in lockstep on a processor, as SwiftShader's are: loads cost much, exchanges little. */
  readonly quads: boolean;
}
/** The choice where nothing is known of the adapter. */
export const ANY_ADAPTER: AdapterKind = { quads: false };

/** The most that rounding up to whole quads may multiply rows and columns by, and k: steps for a short K take as long to compile, and there are few. */
const [WASTE, WASTE_K] = [2, 1.5];
const up = (n: number, step: number): number => Math.ceil(n / step) * step;

/** Time for an element of C in each layout, relative: the larger a thread's part, the fewer its loads. */
const COST: Readonly<Record<Layout, number>> = { wide: 1, tall: 1, deep: 0.9, broad: 0.8 };
/** Layouts that compile in about half the time of the others. */
const QUICK: readonly Layout[] = ['wide', 'tall'];
/** Workgroups that keep a few processors busy to the end: larger tiles are not for products that would have fewer. */
const LEAST_GROUPS = 4;
/** Of these, the layout that takes least for a shape rounded up to whole workgroups; of equals the first. */
const fastest = (layouts: readonly Layout[], { M, N }: Dims<MatmulDims>): Layout => {
  const cost = (layout: Layout): number => {
    const [rows, cols] = quadTile(layout);
    return COST[layout] * up(M, rows) * up(N, cols);
  };
  return layouts.reduce((best, l) => (cost(l) < cost(best) ? l : best));
};
const quadOptions = (
  { transA, transB, vecA, vecB, vecC, columnSums, epilogue }: MatmulOptions,
  dims: Dims<MatmulDims>,
): MatmulQuadOptions => ({ transA, transB, vecA, vecB, vecC, columnSums, epilogue, tailK: dims.K % 8 !== 0, layout: fastest(QUICK, dims) });
const quadsFit = ({ M, K, N }: Dims<MatmulDims>): boolean => up(M, 16) * up(N, 16) <= WASTE * M * N && up(K, 8) <= WASTE_K * K;

const specialised = (d: PlanDispatch, kind: AdapterKind): PlanDispatch => {
  if (d.kernel !== 'matmul' || !kind.quads) return d;
  const dims = d.dims as Dims<MatmulDims>;
  return quadsFit(dims) ? { ...d, kernel: matmulQuad.name, options: quadOptions(d.options as MatmulOptions, dims) } : d;
};

/** `choices`: between variants of the same bits; see variants.ts. */
export const specialise = (p: Plan, kind: AdapterKind, choices: Choices = {}): Plan => ({
  ...p,
  dispatches: p.dispatches.map((d) => chosen(specialised(d, kind), choices)),
});

/**
 * A specialised dispatch by the variant of the same bits that is faster and takes longer to compile, to be put in its place once it is compiled. Undefined
 * where there is none, or the tuner chose.
 */
export const successor = (d: PlanDispatch, choices: Choices = {}): PlanDispatch | undefined => {
  if (d.kernel !== matmulQuad.name || choices[shapeClass(d)] !== undefined) return undefined;
  const layout = fastest(Object.keys(LAYOUTS) as Layout[], d.dims as Dims<MatmulDims>);
  const next = { ...d, options: { ...d.options, layout } as Options };
  const [x, y, z] = matmulQuad.workgroups(d.dims as Dims<MatmulDims>, next.options as MatmulQuadOptions, d.replicas);
  return layout === d.options['layout'] || x * y * z < LEAST_GROUPS ? undefined : next;
};
/** The plan with what takes its dispatches' places. */
export const improvedPlan = (p: Plan, next: (d: PlanDispatch) => PlanDispatch | undefined): Plan => ({
  ...p,
  dispatches: p.dispatches.map((d) => next(d) ?? d),
});
