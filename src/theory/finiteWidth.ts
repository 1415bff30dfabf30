/**
 * How far the tangent kernel of a finite network is from its limit at initialisation, exactly: one hidden layer of n ReLUs, no biases, in the
 * NTK parametrisation. There Θ̂ = (σw²/n)Σ_j g_j with independent g = φ(u)φ(v) + w²φ′(u)φ′(v)k, (u, v) ~ N(0, [[q, k], [k, q′]]), w ~ N(0, 1), so
 *
 *   n·Var Θ̂/σw⁴ = E[φ²φ²] + 2k·E[φφ] + 3k²·E[φ′φ′] − (E[φφ] + k·E[φ′φ′])²     (φφ′ = φ, and E w⁴ = 3)
 *   E[φ(u)²φ(v)²] = qq′·[3 sin θ cos θ + (π − θ)(1 + 2cos²θ)]/2π                 Cho & Saul 2009, the kernel of degree 2
 */
import { dualActivation, infiniteWidth, type InputGram } from './infiniteWidth';

/** E[φ(u)²φ(v)²] of ReLU; q, q2 > 0, |k| held to √(q·q2). */
const squaredMoment = (q: number, q2: number, k: number): number => {
  const cos = Math.min(1, Math.max(-1, k / Math.sqrt(q * q2)));
  const theta = Math.acos(cos);
  return (q * q2 * (3 * Math.sin(theta) * cos + (Math.PI - theta) * (1 + 2 * cos * cos))) / (2 * Math.PI);
};

/**
 * n·E‖Θ̂ − Θ‖²_F/‖Θ‖²_F, the same at every width n, for inputs that are not 0 (`input`: inner products over d). Throws as infiniteWidth.
 */
export function widthVariance(input: InputGram, weightVariance: number): number {
  const { ntk } = infiniteWidth(input, { activation: 'relu', depth: 1, weightVariance, biasVariance: 0 });
  const layer = (v: number): number => weightVariance * v;
  let [squares, size] = [0, 0];
  input.gram.data.forEach((product, at) => {
    const [q, q2, k] = [layer(input.rows[Math.floor(at / input.gram.cols)]!), layer(input.cols[at % input.gram.cols]!), layer(product)];
    const { T, dT } = dualActivation('relu', q, q2, k);
    squares += weightVariance ** 2 * (squaredMoment(q, q2, k) + 2 * k * T + 3 * k * k * dT - (T + k * dT) ** 2);
    size += ntk.data[at]! ** 2;
  });
  return squares / size;
}
