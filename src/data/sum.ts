/**
 * Sum of the values by Neumaier's compensated summation (Z. Angew. Math. Mech. 54, 1974): within 2u|Σv| + O(n²u²)Σ|v| of the
 * exact sum, u = 2⁻⁵³, where a plain loop is only within (n−1)u·Σ|v|.
 */
export const compensatedSum = (values: Iterable<number>): number => {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
};
