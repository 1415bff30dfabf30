/** What is claimed, and how it is judged from the rows of a run. */
import type { Claim, Judgement, Table } from '../../../src/lab/study';
import { agreesIf, figure, inconclusive, interval } from '../../../src/lab/verdicts';
import type { Config } from './fields';
import { distances, endOf, riseAndFall } from './statistics';
import { theory } from './theory';

const ALI = 'Ali, Kolter & Tibshirani 2019, arXiv:1810.10082';

/** Room for another order of summation: rounding errors of two orders differ by a small factor, a wrong step by orders of magnitude. */
const ROUNDING = 10;
const judgeClosedForm = (t: Table): Judgement => {
  const far = distances(t);
  if (!far) return inconclusive('no steps yet');
  const { gpu, cpu, steps, seeds } = far;
  return agreesIf(
    gpu <= ROUNDING * cpu,
    `over ${steps} steps and ${seeds} seeds the largest relative distance is ${gpu.toExponential(1)}; ` +
      `float32 on the CPU ${cpu.toExponential(1)}`,
    { value: gpu },
  );
};

/** Share of the limit that may be left for the end to count as the limit. */
const LIMIT_REACHED = 0.05;
const judgeLimit = (t: Table): Judgement => {
  const end = endOf(t);
  if (!end) return inconclusive('not at the end yet');
  const { left, gpu, cpu } = end;
  const text =
    `the closed form has ${figure(100 * left)} % of ‖X⁺y‖ left to go; the GPU’s weights are ${gpu.toExponential(1)} of it ` +
    `from the closed form, float32’s on the CPU ${cpu.toExponential(1)}`;
  if (!(gpu <= ROUNDING * cpu)) return agreesIf(false, text);
  return left > LIMIT_REACHED ? inconclusive(`${text}: too few steps to be at the limit`) : agreesIf(true, text, { value: gpu });
};

/** Rise above the first minimum, and fall from the peak, that count as more than a wobble. */
const RISE = 0.05;
const judgePeak = (t: Table, c: Config): Judgement => {
  const points = t.summary('epoch', 'measured');
  const curve = theory(c).find((k) => k.series === 'measured')!;
  if (points.length < curve.x.length) return inconclusive('not at the end yet');
  if (!riseAndFall(curve.y, RISE))
    return inconclusive(`the closed form itself does not rise and fall again in ${c.steps} steps: that depends on noise, scales and n`);
  const measured = riseAndFall(
    points.map((p) => p.mean),
    RISE,
  );
  if (!measured) return agreesIf(false, 'the closed form rises and falls again, the measured curve does not');
  const [valley, peak, end] = [points[measured.valley]!, points[measured.peak]!, points[measured.end]!];
  return agreesIf(
    true,
    `first minimum ${interval(valley)} at step ${valley.x}, peak ${interval(peak)} at ${peak.x}, then down to ${interval(end)} at ${end.x}`,
  );
};

export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'closed-form',
    says: 'Gradient descent from zero is (I − (I − ηH)ᵗ)X⁺y at every step.',
    source: ALI,
    falsifier: `at some step the GPU’s risk is more than ${ROUNDING} times as far from the closed form as float32 on the CPU has been`,
    test: judgeClosedForm,
  },
  {
    id: 'limit',
    says: 'Where gradient descent from zero ends is the minimum-norm solution X⁺y.',
    source: ALI,
    falsifier: `the final weights are more than ${ROUNDING} times as far from where the closed form puts them as float32 on the CPU’s`,
    test: judgeLimit,
  },
  {
    id: 'epoch-peak',
    says: 'With features of two speeds the mean test error over these data sets goes down, up and down again.',
    source: 'Pezeshki et al. 2021, arXiv:2112.03215',
    falsifier: `the closed form rises and falls again by more than ${100 * RISE} % and the measured curve does not`,
    test: (t) => judgePeak(t, c),
  },
];
