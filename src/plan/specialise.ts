/**
 * Plan → the same plan with the kernels' variants that suit an adapter. Plans are made without one, of portable variants; the executor
 * specialises them when it opens a session, so nothing that makes plans needs to know. Pure: the same plan and kind of adapter give the same result,
 * whatever was measured, and replicas do not enter, so that runs keep their bits.
 */
import type { Dims } from '../../shaders/kernel';
import type { MatmulDims, MatmulOptions } from '../../shaders/matmul';
import { matmulQuad, type MatmulQuadOptions } from '../../shaders/matmulQuad';
import type { Plan, PlanDispatch } from './plan';
import { chosen, type Choices } from './variants';

/** What of an adapter decides between variants that give different bits. */
export interface AdapterKind {
  /** Its subgroups are quads of four invocations run in lockstep on a processor, as SwiftShader's are: loads cost much, exchanges little. */
  readonly quads: boolean;
}
/** The choice where nothing is known of the adapter. */
export const ANY_ADAPTER: AdapterKind = { quads: false };

/** The most that rounding a product's shape up to whole quads may multiply its work by. */
const WASTE = 2;
const up = (n: number, step: number): number => Math.ceil(n / step) * step;

const quadOptions = ({ transA, transB, vecA, vecB, vecC, columnSums, epilogue }: MatmulOptions, { K, N }: Dims<MatmulDims>): MatmulQuadOptions =>
  ({ transA, transB, vecA, vecB, vecC, columnSums, epilogue, tailK: K % 8 !== 0, layout: N <= 16 ? 'tall' : 'wide' });
const quadsFit = ({ M, K, N }: Dims<MatmulDims>): boolean => up(M, 16) * up(N, 16) * up(K, 8) <= WASTE * M * N * K;

const specialised = (d: PlanDispatch, kind: AdapterKind): PlanDispatch => {
  if (d.kernel !== 'matmul' || !kind.quads) return d;
  const dims = d.dims as Dims<MatmulDims>;
  return quadsFit(dims) ? { ...d, kernel: matmulQuad.name, options: quadOptions(d.options as MatmulOptions, dims) } : d;
};

/** `choices`: between variants of the same bits; see variants.ts. */
export const specialise = (p: Plan, kind: AdapterKind, choices: Choices = {}): Plan => ({ ...p, dispatches: p.dispatches.map((d) => chosen(specialised(d, kind), choices)) });
