/** Between a slider's position and a setting's value. Pure. */
import type { NumberField } from '../lab/study';

/** Positions of a logarithmic slider. */
const LOG_STEPS = 200;
/** A slider with more positions than this cannot be set with any precision. */
const MOST_STEPS = 10_000;

export interface SliderScale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly toValue: (position: number) => number;
  readonly toPosition: (value: number) => number;
}

/** Nearest value the field's step allows, inside its range, printed without the crumbs of binary fractions. */
const snap = (value: number, { min, max, step }: NumberField): number =>
  Math.min(max, Math.max(min, Number((Math.round(value / step) * step).toPrecision(12))));

/** Undefined where a slider would be no help. */
export function sliderScale(field: NumberField): SliderScale | undefined {
  const { min, max, step } = field;
  if (field.log && min > 0) {
    const span = Math.log(max / min);
    return {
      min: 0,
      max: LOG_STEPS,
      step: 1,
      toValue: (p) => snap(Number((min * Math.exp((span * p) / LOG_STEPS)).toPrecision(3)), field),
      toPosition: (v) => Math.round((Math.log(v / min) / span) * LOG_STEPS),
    };
  }
  return (max - min) / step > MOST_STEPS ? undefined : { min, max, step, toValue: (p) => p, toPosition: (v) => v };
}
