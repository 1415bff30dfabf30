/** Gradient descent in float32 on the processor, to hold the GPU's rounding against. */
import type { Task } from './task';

/**
 * Full-batch gradient descent from zero on (1/2n)‖Xw − y‖², sums in order: what rounding does to it, to hold the GPU's distance against. A
 * bound by operation counts would hold too, but grows with t and is some 10⁸ times too wide at the end.
 */
export class Float32Descent {
  private readonly w: Float32Array;
  private readonly X: Float32Array;
  constructor(private readonly task: Task) {
    this.w = new Float32Array(task.X.cols);
    this.X = Float32Array.from(task.X.data);
  }
  get weights(): Float32Array {
    return this.w;
  }
  /** Excess risk before the next step, then that step. */
  next(): number {
    const {
      beta,
      scale,
      y,
      eta,
      X: { rows: n, cols: d },
    } = this.task;
    const { w, X } = this;
    let risk = 0;
    for (let j = 0; j < d; j++) risk = Math.fround(risk + Math.fround(Math.fround(scale[j]! * Math.fround(w[j]! - beta[j]!)) ** 2));
    const gradient = new Float32Array(d);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum = Math.fround(sum + Math.fround(X[i * d + j]! * w[j]!));
      const residual = Math.fround(sum - y.data[i]!);
      for (let j = 0; j < d; j++) gradient[j] = gradient[j]! + Math.fround(X[i * d + j]! * residual);
    }
    for (let j = 0; j < d; j++) w[j] = w[j]! - Math.fround(eta * Math.fround(gradient[j]! / n));
    return risk;
  }
}
