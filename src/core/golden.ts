/** Minimum of a function of one variable without derivatives. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Where f, which falls and then rises on [low, high], is least: golden sections, one call each, down to `tolerance` in x. */
export const goldenMinimum = (f: (x: number) => number, low: number, high: number, tolerance: number): number => {
  let [a, b] = [low, high];
  let [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
  let [fLeft, fRight] = [f(left), f(right)];
  while (b - a > tolerance) {
    if (fLeft <= fRight) {
      [b, right, fRight] = [right, left, fLeft];
      left = b - GOLDEN * (b - a);
      fLeft = f(left);
    } else {
      [a, left, fLeft] = [left, right, fRight];
      right = a + GOLDEN * (b - a);
      fRight = f(right);
    }
  }
  return (a + b) / 2;
};
