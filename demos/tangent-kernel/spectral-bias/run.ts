/**
 * A wide bias-free ReLU network with one hidden layer learns aΣ_k cos kφ on even points of the unit circle by full-batch gradient descent
 * on the ½ mean squared error: how long each frequency takes, and what is left of it.
 */
import type { Row, RunContext } from '../../../src/lab/study';
import { metric } from '../../../src/runtime/executor';
import { ascending } from '../settings';
import { crossing } from './crossing';
import type { Config } from './fields';
import { openNetworks } from './networks';
import { drawnSteps } from './theory';

export async function* run(c: Config, { executor, signal, control }: RunContext<Config>): AsyncGenerator<Row> {
  using trainer = await openNetworks(c, executor);
  const { seeds: count, steps } = c;
  const [frequencies, at] = [ascending(c.frequencies), drawnSteps(c)];
  const histories = frequencies.map(() => Array.from({ length: count }, (): number[] => []));
  for await (const b of trainer.train({ steps, probes: [{ plan: 'eval', at }], signal, control })) {
    if (b.plan !== 'eval') {
      yield { kind: 'progress', done: b.steps.at(-1)! + 1, total: steps, phase: 'gradient descent', steps: (b.steps.at(-1)! + 1) * count };
      continue;
    }
    for (const [i, step] of b.steps.entries())
      for (const [f, k] of frequencies.entries())
        for (let seed = 0; seed < count; seed++) {
          const y = metric(b, i, `train.k${k}`, seed);
          const history = histories[f]![seed]!;
          const known = crossing(at, history);
          history.push(y);
          if (step > 0) yield { kind: 'point', chart: 'residual', series: `k${k}`, x: step, seed, y };
          const time = crossing(at, history);
          if (known === undefined && time !== undefined) yield { kind: 'point', chart: 'time', series: 'measured', x: k, seed, y: time };
        }
  }
}
