/** Arithmetic on values with error bounds, for oracles: each function gives the exact result and what f32 may make of it. Higham (2002), §3.3. */
import { dotBound, sumBound, TINY32, U32 } from './kernel';
import { evalProgram, measured, type Measured, type Program } from './program';

export const exact = (value: number): Measured => ({ value, bound: 0 });
const program = (inputs: number, body: Program['body']): Program => ({
  inputs: Array.from({ length: inputs }, () => ({ dtype: 'f32', mode: 'full' })),
  body,
  outputs: [{ value: inputs + body.length - 1, dtype: 'f32' }],
});
const EXP_DIFFERENCE = program(2, [
  ['sub', 0, 1],
  ['exp', 2],
]);
const ADD = program(2, [['add', 0, 1]]);
const SUB = program(2, [['sub', 0, 1]]);
const MUL = program(2, [['mul', 0, 1]]);
const DIV = program(2, [['div', 0, 1]]);
const run = (p: Program, ...inputs: readonly Measured[]): Measured => evalProgram(p, inputs)[0]!;
export const addM = (a: Measured, b: Measured): Measured => run(ADD, a, b);
export const subM = (a: Measured, b: Measured): Measured => run(SUB, a, b);
export const mulM = (a: Measured, b: Measured): Measured => run(MUL, a, b);
export const divM = (a: Measured, b: Measured): Measured => run(DIV, a, b);
/** e^(a − b). */
export const expDifferenceM = (a: Measured, b: Measured): Measured => run(EXP_DIFFERENCE, a, b);

/** WGSL's inverseSqrt of v > 0, 2 ULP. Steepest at the lower end of the interval; no bound where that is not positive. */
export const inverseSqrtM = ({ value: v, bound: e }: Measured): Measured => {
  const value = 1 / Math.sqrt(v);
  const inherited = e === 0 ? 0 : e < v ? 1 / Math.sqrt(v - e) - value : Infinity;
  return measured(value, inherited + 2 * U32 * (value + inherited) + TINY32);
};

/** Sum of terms of any sign, in any order. */
export const totalM = (terms: readonly Measured[]): Measured => {
  let [value, mag, inherited] = [0, 0, 0];
  for (const t of terms) {
    value += t.value;
    mag += Math.abs(t.value) + t.bound;
    inherited += t.bound;
  }
  return measured(value, inherited + sumBound(terms.length, mag), inherited === Infinity);
};

/** Whether an infinite product has its sign, or is NaN, whatever the errors of its factors make of them. */
const decided = ({ value: a, bound: ea }: Measured, { value: b, bound: eb }: Measured): boolean =>
  (ea === 0 || Math.abs(a) > ea) && (eb === 0 || Math.abs(b) > eb);
/** Σ_k x_k·y_k of factors that err: what they pass on, then a dot product of factors as large as they may be. */
export const dotM = (x: readonly Measured[], y: readonly Measured[]): Measured => {
  let value = 0;
  let passed = 0;
  let mag = 0;
  let open = false;
  x.forEach((left, k) => {
    const right = y[k]!;
    const [{ value: a, bound: ea }, { value: b, bound: eb }] = [left, right];
    value += a * b;
    passed += Math.abs(a) * eb + Math.abs(b) * ea + ea * eb;
    mag += (Math.abs(a) + ea) * (Math.abs(b) + eb);
    open ||= !Number.isFinite(a * b) && !decided(left, right);
  });
  return measured(value, passed + dotBound(x.length, mag), open);
};
