/**
 * The variants of a matmul that give the same bits, and the choice between them. Variants add their products in one order, so a choice, however it
 * was come by, changes no result: a run repeats whether its adapter was tuned or not, and the choice need not be stored with it.
 */
import type { Dims, Kernel, Options } from '../../shaders/kernel';
import { matmul, type MatmulDims, type MatmulOptions, type Tile } from '../../shaders/matmul';
import type { Operands } from '../../shaders/matmulCore';
import { matmulBroadcast, type BroadcastTile, type MatmulBroadcastOptions } from '../../shaders/matmulBroadcast';
import { matmulQuad, type Layout, type MatmulQuadOptions } from '../../shaders/matmulQuad';
import { matmulShared, SHARED_TILES, sharedFloats, type MatmulSharedOptions, type SharedTile } from '../../shaders/matmulShared';
import { anyKernel } from '../../shaders/kernel';
import { IDENTITY } from '../../shaders/program';
import { fnv1a } from '../core/hash';
import type { PlanDispatch } from './plan';

export interface Variant {
  /** `kernel tile`. */
  readonly id: string;
  readonly kernel: Kernel;
  /** Floats of workgroup memory. */
  readonly floats: number;
  /** The options that do what `o` of the family's other kernels does. */
  readonly options: (o: Operands, d: Dims<MatmulDims>) => Options;
}

const operands = ({ transA, transB, vecA, vecB, vecC, columnSums, epilogue }: Operands): Omit<Operands, 'tailK'> => ({
  transA,
  transB,
  vecA,
  vecB,
  vecC,
  columnSums,
  epilogue,
});
const plain = (tile: Tile): Variant => ({
  id: `matmul ${tile}`,
  kernel: anyKernel(matmul),
  floats: 0,
  options: (o, { K }) => ({ ...operands(o), tailK: K % 4 !== 0, tile }) satisfies MatmulOptions,
});
const broadcast = (tile: BroadcastTile): Variant => ({
  id: `matmulBroadcast ${tile}`,
  kernel: anyKernel(matmulBroadcast),
  floats: 0,
  options: (o, { K }) => ({ ...operands(o), tailK: K % 16 !== 0, tile }) satisfies MatmulBroadcastOptions,
});
const shared = (tile: SharedTile): Variant => ({
  id: `matmulShared ${tile}`,
  kernel: anyKernel(matmulShared),
  floats: sharedFloats(tile),
  options: (o, { K }) =>
    ({
      ...operands(o),
      vecA: o.vecA && !o.transA,
      vecB: o.vecB && !o.transB,
      tailK: K % SHARED_TILES[tile][2] !== 0,
      tile,
    }) satisfies MatmulSharedOptions,
});
const quad = (layout: Layout): Variant => ({
  id: `matmulQuad ${layout}`,
  kernel: anyKernel(matmulQuad),
  floats: 0,
  options: (o, { K }) => ({ ...operands(o), tailK: K % 8 !== 0, layout }) satisfies MatmulQuadOptions,
});

/** Those that agree in every bit, likeliest first: the large tiles win on large shapes, where time is spent. */
export const FAMILIES: readonly (readonly Variant[])[] = [
  [
    shared('64x64x8'),
    broadcast('8x8'),
    plain('8x8'),
    shared('32x64x16'),
    broadcast('4x4'),
    plain('4x4'),
    plain('4x4tall'),
    plain('4x4flat'),
    plain('1x4'),
  ],
  [quad('broad'), quad('wide'), quad('deep'), quad('tall')],
];
const idOf = ({ kernel, options }: Pick<PlanDispatch, 'kernel' | 'options'>): string =>
  `${kernel} ${String(options['tile'] ?? options['layout'])}`;
/** The variant that a dispatch runs; undefined for other kernels. */
export const variantOf = (d: Pick<PlanDispatch, 'kernel' | 'options'>): Variant | undefined =>
  FAMILIES.flat().find((v) => v.id === idOf(d));
/** Variants that could take the dispatch's place, itself left out, likeliest first. */
export const rivals = (d: PlanDispatch): readonly Variant[] => {
  const own = variantOf(d);
  if (!own) return [];
  const dims = d.dims as Dims<MatmulDims>;
  return FAMILIES.find((f) => f.includes(own))!.filter(
    (v) => v !== own && v.kernel.valid?.(dims, v.options(d.options as Operands, dims)) !== false,
  );
};

const turned = (t: unknown): string => (t === true ? 'ᵀ' : '');
const bucket = (n: number): number => 2 ** Math.ceil(Math.log2(n));
/** What a choice is made for: orientations, and M × K × N and the number of products, each rounded up to a power of two. */
export const shapeClass = (d: PlanDispatch): string => {
  const { M, K, N, batch } = d.dims as Dims<MatmulDims>;
  return `A${turned(d.options['transA'])}B${turned(d.options['transB'])} ${[M, K, N].map(bucket).join('×')} ·${bucket(batch * d.replicas)}, ${FAMILIES.findIndex((f) => f.includes(variantOf(d)!))}`;
};

/** Shape class → id of a variant. Plain data. */
export type Choices = Readonly<Record<string, string>>;
/** The dispatch by the variant chosen for its class; as it is where there is none, or none that fits. */
export const chosen = (d: PlanDispatch, choices: Choices): PlanDispatch => {
  if (!variantOf(d)) return d;
  const id = choices[shapeClass(d)];
  const v = rivals(d).find((r) => r.id === id);
  return v ? { ...d, kernel: v.kernel.name, options: v.options(d.options as Operands, d.dims as Dims<MatmulDims>) } : d;
};

/** Changes with the code of any variant: what was found of other code does not hold. */
export const kernelsFingerprint = (): string => {
  const bare: Operands = {
    transA: false,
    transB: false,
    vecA: true,
    vecB: true,
    vecC: true,
    tailK: true,
    columnSums: false,
    epilogue: IDENTITY,
  };
  const dims: Dims<MatmulDims> = { batch: 1, M: 64, K: 64, N: 64, strideA: 0, strideB: 0, sumsAt: 0 };
  return fnv1a(
    FAMILIES.flat()
      .map((v) => v.kernel.code(v.options(bare, dims)))
      .join(''),
  );
};
