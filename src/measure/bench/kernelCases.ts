/** The roofs, and every registered kernel at sizes that studies use. */
import { ORACLES } from '../../../shaders/index';
import { bindingBytes, type Dims, type Options, type Oracle } from '../../../shaders/kernel';
import { optionSets } from '../../runtime/kernelCheckCases';
import { measureKernel, workOf, type BenchCase } from './bench';
import type { SetName } from './report';

/** `options`: those that differ from the first declared value. `vary`: options of which every value is a case. */
interface Shape {
  readonly say: string;
  readonly dims: Dims;
  readonly options?: Options;
  readonly vary?: readonly string[];
  readonly set?: SetName;
}

const MILLION = 2 ** 20;
/** By kernel. One that is not here runs on the largest shape of its own tests. */
const SHAPES: Readonly<Record<string, readonly Shape[]>> = {
  pointwise: [
    { say: 'add, 2²⁰', dims: { n: MILLION, cols: 1024 }, options: { vec4: true }, vary: ['vec4'] },
    { say: 'add, 2²⁴', dims: { n: 16 * MILLION, cols: 1024 }, options: { vec4: true } },
  ],
  reduce: [
    { say: 'sums of 1024 rows of 1024', dims: { outer: 1024, K: 1024, inner: 1, cols: 1024 }, options: { vec: 'K' }, vary: ['variant'] },
    {
      say: 'sums of 1024 columns of 1024',
      dims: { outer: 1, K: 1024, inner: 1024, cols: 1024 },
      options: { vec: 'inner' },
      vary: ['variant'],
      set: 'full',
    },
    { say: 'sums of 4096 rows of 4096', dims: { outer: 4096, K: 4096, inner: 1, cols: 4096 }, options: { vec: 'K' }, vary: ['variant'] },
    {
      say: 'largest of 4096 rows of 32',
      dims: { outer: 4096, K: 32, inner: 1, cols: 4096 },
      options: { op: 'argmax', vec: 'K' },
      set: 'full',
    },
  ],
  softmax: [{ say: '4096 rows of 128', dims: { rows: 4096, C: 128 } }],
  softmaxCrossEntropy: [{ say: '4096 rows of 128, with gradient', dims: { rows: 4096, C: 128 }, options: { grad: true } }],
  uniform: [{ say: '2¹⁸', dims: { n: MILLION / 4, useId: 2 } }],
  normal: [{ say: '2¹⁸', dims: { n: MILLION / 4, useId: 2 } }],
  batchIndices: [{ say: '4096 of 65,536', dims: { n: 65_536, B: 4096 } }],
  gather: [{ say: '16,384 rows of 128', dims: { n: 16_384, D: 128, V: 128 }, options: { vec4: true } }],
  scatterAdd: [{ say: '4096 rows of 128 into 128', dims: { n: 4096, D: 128, V: 128 }, options: { vec4: true } }],
  stridedCopy: [{ say: 'transpose of 1024 × 1024', dims: { n0: 1, n1: 1, n2: 1024, n3: 1024, s0: 0, s1: 0, s2: 1, s3: 1024, base: 0 } }],
  schedule: [{ say: 'cosine', dims: {}, options: { kind: 'cosine' } }],
  sgd: [{ say: 'momentum, 2²⁰', dims: { n: MILLION }, options: { momentum: true } }],
  adam: [{ say: 'decoupled decay, 2²⁰', dims: { n: MILLION }, options: { decoupled: true } }],
  record: [{ say: '4 scalars', dims: { k: 4, stride: 1, slots: 1024 } }],
  gram: [
    { say: '256 examples, layer 256 × 256', dims: { n: 256, m: 256, T: 1, p: 256, q: 256 }, options: { vec: true, bias: true } },
    {
      say: '64 examples of 4 positions, layer 128 × 128',
      dims: { n: 64, m: 64, T: 4, p: 128, q: 128 },
      options: { vec: true, shared: true },
      set: 'full',
    },
  ],
  exampleNorm: [{ say: '1024 examples, layer 256 × 256', dims: { n: 1024, T: 1, p: 256, q: 256 }, options: { vec: true, bias: true } }],
  jacobian: [{ say: '64 examples, 4096 columns', dims: { n: 64, T: 1, p: 256, q: 256, first: 0, width: 4096 }, options: { vec: true } }],
  arcKernel: [{ say: 'ReLU, 512 × 512', dims: { n: 512, m: 512 } }],
  arcKernelDiagonal: [{ say: 'ReLU, 4096', dims: { n: 4096 } }],
};

/** Kernels that are measured elsewhere: products among themselves, roofs before everything. */
const ELSEWHERE = new Set(['matmul', 'copy', 'multiplyAdd']);

const first = ({ kernel }: Oracle): Options =>
  Object.fromEntries(Object.entries(kernel.options).map(([name, values]) => [name, values[0]!]));
/** The last shape of its tests that some options can serve, for a kernel without a line above. */
const fallback = ({ kernel, cases }: Oracle): readonly Shape[] => {
  const dims = cases.at(-1)!;
  return [{ say: 'as in its tests', dims, options: optionSets(kernel).find((o) => kernel.valid?.(dims, o) !== false) ?? {} }];
};

const caseOf = (oracle: Oracle, { say, dims, set = 'quick' }: Shape, options: Options, group: string, suffix = ''): BenchCase => {
  const { kernel } = oracle;
  const id = [kernel.name, Object.values(dims).join('x'), suffix.replaceAll(' ', '-')].filter(Boolean).join('/');
  return {
    id,
    group,
    label: `${kernel.name}: ${say}${suffix ? `, ${suffix}` : ''}`,
    set,
    work: workOf({ flops: kernel.flops(dims, options), bytes: bindingBytes(kernel.bindings(options), dims) }),
    measure: (bench) => measureKernel(bench, { kernel, options, dims, replicas: 1 }),
  };
};

const casesOf = (oracle: Oracle): readonly BenchCase[] =>
  (SHAPES[oracle.kernel.name] ?? fallback(oracle)).flatMap((shape) => {
    const options = { ...first(oracle), ...shape.options };
    const varied = (shape.vary ?? []).flatMap((name) =>
      oracle.kernel.options[name]!.map((value) => ({
        suffix: value === true ? name : value === false ? `no ${name}` : String(value),
        options: { ...options, [name]: value },
      })),
    );
    const ways = varied.filter((v) => oracle.kernel.valid?.(shape.dims, v.options) !== false);
    return ways.length > 0
      ? ways.map((w) => caseOf(oracle, shape, w.options, 'Kernels', w.suffix))
      : [caseOf(oracle, shape, options, 'Kernels')];
  });

export const kernelCases = (): readonly BenchCase[] => ORACLES.filter((o) => !ELSEWHERE.has(o.kernel.name)).flatMap(casesOf);

interface RoofSizes {
  readonly words: number;
  readonly threads: number;
  readonly rounds: number;
}
/** Sizes beyond any cache of a GPU, and a second of a processor's time at most. */
const ROOF: Readonly<Record<'hardware' | 'software', RoofSizes>> = {
  hardware: { words: 32 * MILLION, threads: MILLION / 2, rounds: 32 },
  software: { words: 4 * MILLION, threads: 4096, rounds: 16 },
};
const oracleNamed = (name: string): Oracle => ORACLES.find((o) => o.kernel.name === name)!;
/** What the adapter's memory and its arithmetic give, each by the best of its cases. */
export const roofCases = (
  software: boolean,
  { words, threads, rounds }: RoofSizes = ROOF[software ? 'software' : 'hardware'],
): readonly BenchCase[] => {
  const [copy, chains] = [oracleNamed('copy'), oracleNamed('multiplyAdd')];
  return [
    ...optionSets(copy.kernel).map((o) =>
      caseOf(copy, { say: `${(8 * words) / MILLION} MiB moved`, dims: { n: words } }, o, 'Roofs', `${o['perThread']} vec4 a thread`),
    ),
    caseOf(chains, { say: 'multiply-adds in registers', dims: { n: threads, rounds } }, {}, 'Roofs'),
  ];
};
