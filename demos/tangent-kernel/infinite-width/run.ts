/**
 * The tangent kernel of networks at initialisation against that of the infinitely wide one: ‖Θ̂ − Θ‖_F/‖Θ‖_F over widths and seeds, for
 * ReLU and erf. Seeds are replicas; the infinite kernel is computed in float64.
 */
import { deriveSeed } from '../../../src/core/random';
import type { Row, RunContext } from '../../../src/lab/study';
import { openNtk } from '../../../src/measure/ntk';
import { initialise, mlp, type Model } from '../../../src/models/index';
import { constant, variable } from '../../../src/ops/index';
import { plan } from '../../../src/plan/index';
import type { Executor } from '../../../src/runtime/executor';
import { relativeDistance } from '../../../src/theory/kernelRegression';
import type { Dense } from '../../../src/theory/linalg';
import { weightVariance, wideKernel } from '../nets';
import { ascending } from '../settings';
import type { Config } from './fields';
import { sphereInputs } from './inputs';
import { ACTIVATIONS } from './theory';

/** Parameters that are measured at a time, of all replicas together. */
const AT_A_TIME = 2 ** 23;

/** Measures the networks of `seeds`, as replicas. */
const distances = async (
  executor: Executor,
  model: Model,
  X: Dense,
  limit: Dense,
  seeds: readonly number[],
): Promise<readonly number[]> => {
  const replicas = seeds.length;
  const theta = initialise(model.layout, variable('key', [2], { dtype: 'u32' }), constant(1));
  using session = await executor.open({ init: plan({ name: 'init', replicas, outputs: { theta }, maxBindings: executor.maxBindings }) });
  session.write('key', Uint32Array.from(seeds.flatMap((s) => [s, 0])));
  const { data } = (await session.run('init'))['theta']!;
  const x = { x: Float32Array.from(X.data), n: X.rows };
  using kernels = await openNtk(executor, model, x, x, { replicas });
  return (await kernels.at(data)).map((k) => relativeDistance({ ...limit, data: Float64Array.from(k.data) }, limit));
};

export async function* run(c: Config, { executor, signal, turn }: RunContext<Config>): AsyncGenerator<Row> {
  const X = sphereInputs(c);
  const { depth, seeds: count } = c;
  const widths = ascending(c.widths);
  const total = widths.length * ACTIVATIONS.length * count;
  let done = 0;
  for (const [w, width] of widths.entries())
    for (const [a, activation] of ACTIVATIONS.entries()) {
      const limit = wideKernel(X, activation, depth);
      const model = mlp({
        widths: [X.cols, ...Array.from({ length: depth }, () => width), 1],
        activation,
        parametrisation: 'ntk',
        weightVariance: weightVariance(activation),
      });
      const chunk = Math.max(1, Math.min(count, Math.floor(AT_A_TIME / model.layout.total)));
      for (let first = 0; first < count; first += chunk) {
        await turn();
        if (signal.aborted) return;
        // Networks of different widths and activations are independent, so that slopes over widths can be counted.
        const seeds = Array.from({ length: Math.min(chunk, count - first) }, (_, s) => deriveSeed(c.seed, first + s, 2 * w + a));
        for (const [s, y] of (await distances(executor, model, X, limit, seeds)).entries()) {
          yield { kind: 'point', chart: 'distance', series: activation, x: width, seed: first + s, y };
          yield { kind: 'point', chart: 'constant', series: activation, x: width, seed: first + s, y: width * y * y };
        }
        done += seeds.length;
        yield { kind: 'progress', done, total, phase: 'tangent kernels', steps: done };
      }
    }
}
