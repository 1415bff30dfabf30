/** Float64 oracle, error bound and test shapes for jacobian.ts. */
import { layerInput, takeLayer, type Layer } from './gram.ref';
import { jacobian, type JacobianDims, type JacobianOptions } from './jacobian';
import { dotBound, sumBound, type Dims, type Oracle } from './kernel';
import type { Measured } from './program';

/** Column c of the gradient of example i: the positions that have a part in it, as products or (without a factor) as a plain sum. */
const column = ({ a, d }: Layer, i: number, c: number, { T, p, q }: Dims<JacobianDims>, { form }: JacobianOptions): Measured => {
  const k = Math.floor(c / q);
  const l = c % q;
  const plain = form === 'sum' || form === 'lookup' || (form === 'outer' && k === p);
  let value = 0;
  let mag = 0;
  let terms = 0;
  for (let row = i * T; row < (i + 1) * T; row++) {
    if (form === 'lookup' && a![row] !== k) continue;
    const term = (plain ? 1 : a![row * p + (form === 'scale' ? l : k)]!) * d[row * q + l]!;
    value += term;
    mag += Math.abs(term);
    terms++;
  }
  return { value, bound: plain ? sumBound(terms, mag) : dotBound(terms, mag) };
};

export const jacobianRef: Oracle<JacobianDims, JacobianOptions> = {
  kernel: jacobian,
  // Columns past p·q are the bias's, and are tested only with one; windows of up to q columns serve sum and scale too.
  cases: [
    { n: 1, T: 1, p: 1, q: 1, first: 0, width: 1 }, // smallest
    { n: 4, T: 1, p: 8, q: 8, first: 0, width: 64 }, // one workgroup
    { n: 5, T: 1, p: 7, q: 5, first: 3, width: 31 }, // ragged window over many rows of W
    { n: 3, T: 1, p: 4, q: 5, first: 17, width: 8 }, // across the border of the bias, to its end
    { n: 7, T: 1, p: 4, q: 12, first: 44, width: 16 }, // the same in fours
    { n: 9, T: 3, p: 8, q: 8, first: 4, width: 4 }, // positions
    { n: 5, T: 3, p: 7, q: 7, first: 1, width: 6 },
    { n: 2, T: 2, p: 1000, q: 12, first: 11900, width: 112 }, // long p, to the end of the bias
    { n: 2, T: 1000, p: 3, q: 4, first: 0, width: 4 }, // many positions: exercises the bound
  ],
  exactOnIntegers: true,
  input: layerInput,
  eval: (io, d, o) => {
    const layer = takeLayer([...io], o.form);
    const out = Array.from({ length: d.n * d.width }, (_, at) => column(layer, Math.floor(at / d.width), d.first + (at % d.width), d, o));
    return [{ value: Float64Array.from(out, (e) => e.value), bound: Float64Array.from(out, (e) => e.bound) }];
  },
};
