/** Float64 oracle of pointwise.ts: a running error analysis of the program, element by element. */
import type { Oracle } from './kernel';
import { pointwise, type PointwiseOptions } from './pointwise';
import { decodeProgram, evalProgram, modeIndex } from './program';

export const pointwiseRef: Oracle<'n' | 'cols', PointwiseOptions> = {
  kernel: pointwise,
  cases: [
    { n: 4, cols: 4 },
    { n: 256, cols: 16 },
    { n: 300, cols: 12 },
    { n: 35, cols: 7 },
    { n: 1028, cols: 4 },
  ],
  exactOnIntegers: true,
  eval: (io, { n, cols }, { program }) => {
    const p = decodeProgram(program);
    const outs = p.outputs.map(() => ({ value: new Float64Array(n), bound: new Float64Array(n) }));
    for (let i = 0; i < n; i++) {
      const inputs = p.inputs.map((input, k) => ({ value: io[k]![modeIndex(input.mode, i, cols)]!, bound: 0 }));
      evalProgram(p, inputs).forEach(({ value, bound }, k) => {
        outs[k]!.value[i] = value;
        outs[k]!.bound[i] = bound;
      });
    }
    // Bindings come inputs first: results in place precede those with a binding of their own, in the order of their inputs.
    const order = p.outputs.map((o, k) => ({ k, at: o.inPlace ?? p.inputs.length + k }));
    return order.toSorted((a, b) => a.at - b.at).map(({ k }) => outs[k]!);
  },
};
