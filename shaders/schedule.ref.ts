/** Float64 oracle, error bound and test inputs for schedule.ts. */
import { gamma, TINY32, U32, type Dims, type Oracle } from './kernel';
import { evalProgram, type Measured } from './program';
import { rateProgram, schedule, type ScheduleOptions } from './schedule';

const exact = (value: number): Measured => ({ value, bound: 0 });

/** 1 − βᵗ and the error of the kernel's recurrences, step by step. Each line: what the inputs' errors make, then the roundings. */
const correction = (beta: number, t: number): Measured => {
  let d: Measured = { value: 1 - beta, bound: U32 * (1 - beta) };
  let c = exact(0);
  for (let bits = t; bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) {
      const value = c.value + (1 - c.value) * d.value;
      const inherited = Math.abs(1 - d.value) * c.bound + Math.abs(1 - c.value) * d.bound + c.bound * d.bound;
      const product = (Math.abs(1 - c.value) + c.bound) * (d.value + d.bound);
      c = { value, bound: inherited + gamma(3) * product + U32 * (value + inherited) + 2 * TINY32 };
    }
    const inherited = 2 * Math.abs(1 - d.value) * d.bound + d.bound ** 2;
    const value = d.value * (2 - d.value);
    d = { value, bound: inherited + gamma(2) * (value + inherited) + TINY32 };
  }
  // Through the logarithm, so that what is compared does not share the kernel's recurrence.
  return { value: -Math.expm1(t * Math.log(beta)), bound: c.bound };
};

/** γᵏ by repeated squaring: the errors of the factors add up to fewer than 2k roundings, each a factor of at most 1 + u. */
const wholePower = (base: number, k: number): Measured => ({
  value: base ** k,
  bound: Math.expm1(2 * k * Math.log1p(U32)) * base ** k + (k > 0 ? TINY32 : 0),
});

/** Times that a step schedule has dropped. */
const drops = (step: number, h: Float64Array): number => Math.floor(Math.max(0, step - h[11]!) / h[8]!);
const factorOf = (kind: ScheduleOptions['kind'], step: number, h: Float64Array): number => {
  const [warmup, total, final] = [h[5]!, h[6]!, h[7]!];
  const q = Math.min(1, Math.max(0, step - warmup) / Math.max(1, total - warmup));
  if (kind === 'linear') return 1 + (final - 1) * q;
  if (kind === 'cosine') return final + ((1 - final) * (1 + Math.cos(Math.PI * q))) / 2;
  return kind === 'step' ? h[9]! ** drops(step, h) : 1;
};

/** Hyperparameters that occur: β from 0 to 0.999, warmup in half of the draws, totals around the steps drawn, both conventions of either kind. */
const randomHyper = (random: () => number): Float64Array => {
  const unit = (): number => Math.abs(random());
  const upTo = (n: number): number => Math.floor(unit() * n);
  const beta = (): number => [0, 0.5, 0.9, 0.95, 0.98, 0.999][upTo(6)]!;
  const warmup = upTo(2) * upTo(300);
  const [rest, size, gamma] = [upTo(1000), 1 + upTo(100), 0.5 + unit() / 2];
  return Float64Array.of(unit(), beta(), beta(), 1e-8, unit(), warmup, warmup + rest, unit(), size, gamma, upTo(2), upTo(2) * warmup);
};
/** The kernel has no dims: what differs is what is drawn. Enough draws for every branch (warmup, decay, after the end) many times. */
const DRAWS = 60;

export const scheduleRef: Oracle<never, ScheduleOptions> = {
  kernel: schedule,
  cases: Array.from({ length: DRAWS }, (): Dims<never> => ({})),
  exactOnIntegers: false,
  finite: ['hyper'],
  eval: ([steps, hyper], _, o) => {
    const step = steps![0]!;
    const h = hyper!;
    const power = wholePower(h[9]!, drops(step, h));
    const warm = Math.min(1, (step + 1 - h[10]!) / Math.max(1, h[5]!));
    const { bound } = evalProgram(rateProgram(o), [step, step + 1, h[0]!, h[5]!, h[6]!, h[7]!].map(exact).concat(power, exact(h[10]!)))[0]!;
    const c1 = correction(h[1]!, step + 1);
    const c2 = correction(h[2]!, step + 1);
    return [
      {
        value: Float64Array.of(h[0]! * warm * factorOf(o.kind, step, h), h[1]!, h[2]!, h[3]!, h[4]!, c1.value, c2.value, 0),
        bound: Float64Array.of(bound, 0, 0, 0, 0, c1.bound, c2.bound, 0),
      },
    ];
  },
  // Steps over every power of two up to 2²⁴: the bits of t all take part.
  input: (binding, _, __, random) => {
    if (binding === 'step') return Float64Array.of(Math.floor(2 ** (24 * Math.abs(random()) ** 1.5)) - 1);
    return binding === 'hyper' ? randomHyper(random) : undefined;
  },
};
