/** The tests that claims are made of. Each is a pure function of numbers, and gives a Statistic. */
export { contrast, type ContrastOptions } from './contrast';
export { curve, type CurveMethod, type CurveOptions, type CurvePoint } from './curve';
export { doseResponse, type Dose, type DoseOptions, type DoseResponse } from './dose';
export { equivalence, type EquivalenceOptions } from './equivalence';
export { falseAlarms, holm, type FalseAlarms } from './families';
export { nowhereAbove, order, type Together } from './order';
export { peak, type Peak, type PeakOptions } from './peak';
export { hyperbola, powerLaw, rival, type Fit, type RivalOptions } from './rival';
export { ALPHA, figures, judged, POWER, type Scale, type Statistic } from './statistic';
export { later, type TimesOptions } from './times';
