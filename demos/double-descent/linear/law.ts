/**
 * The law of the minimum-norm fit's excess risk, of which `riskAt` is the mean. With s² = noise and missed signal together and isotropic
 * Gaussian inputs, the fit's error is multivariate t for p < n, so its square is s²·χ²_p/χ²_{n−p+1}. For p ≥ n the fit X⁺y has the error
 * s²·χ²_n/χ²_{p−n+1} in the row space, ((XXᵀ)⁻¹)₁₁ being 1/χ²_{p−n+1}, and misses the share χ²_{p−n}/(χ²_n + χ²_{p−n}) of the signal,
 * which a random subspace of dimension n leaves out. What no fit can see, ‖β_Tc‖², is added.
 */
import type { Sampler } from '../../../src/core/sampler';
import type { Config } from './fields';
import { problemAt } from './theory';

/** Draws the excess risk of one training set at x of the sweep. `extra`: degrees of freedom more than there are, for worlds otherwise. */
export const riskLaw = (c: Config, x: number, extra = 0): ((draws: Sampler) => number) => {
  const { n, p, signal, missed, noise } = problemAt(c, x);
  const scatter = noise + missed;
  return ({ chiSquare }) => {
    const amplified = (scatter * chiSquare(Math.min(n, p))) / chiSquare(Math.abs(p - n) + 1 + extra);
    if (p <= n) return missed + amplified;
    const [seen, unseen] = [chiSquare(n), chiSquare(p - n)];
    return missed + amplified + (signal * unseen) / (seen + unseen);
  };
};
