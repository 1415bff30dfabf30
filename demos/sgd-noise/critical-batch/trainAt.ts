/** Training with one batch size at every learning rate, until the best of them is known. */
import type { Row, RunContext } from '../../../src/lab/study';
import { crossEntropy } from '../../../src/ops/index';
import { sgd } from '../../../src/optim/index';
import { Trainer, type TrainerData } from '../../../src/runtime/trainer';
import { ascending, seedsOf } from '../settings';
import { firstOf, modelOf } from '../training';
import type { Config } from './fields';
import { bestOf, goalMarks, Runner, take, type Reached } from './runner';

/** Examples that the goal is measured on. */
const GOAL_EXAMPLES = 250;
/** Training goes on until this many times the steps of the best rate so far: no slower rate can be better. */
const PATIENCE = 1.25;
/** That is asked each time training is this many times as long as before. */
const PIECE = 1.25;

/** One trainer; rates and seeds are its replicas. `done` and `of`: parts of the run before this batch size, and its own. */
export async function* trainAt(
  c: Config,
  { executor, signal, control }: RunContext<Config>,
  B: number,
  train: TrainerData,
  { done, of, total }: { readonly done: number; readonly of: number; readonly total: number },
): AsyncGenerator<Row, readonly Reached[]> {
  const [rates, seeds, most, goal] = [ascending(c.rates), seedsOf(c), c.maxSteps, c.goal];
  const replicas = rates.flatMap((rate) => seeds.map((seed) => ({ rate, seed })));
  using trainer = await Trainer.open(executor, {
    model: modelOf(c),
    loss: crossEntropy,
    optimiser: sgd({ lr: replicas.map((r) => r.rate) }),
    data: train,
    test: firstOf(train, Math.min(GOAL_EXAMPLES, train.n)),
    batch: B,
    seeds: replicas.map((r) => r.seed),
    metrics: ['gradientNorm', 'exampleNorms'],
    evaluate: { loss: crossEntropy },
    evaluateOn: 'test',
  });
  const runners = replicas.map(() => new Runner());
  const at = goalMarks(most);
  const results = (): readonly Reached[] =>
    rates.map((rate, k) => {
      const own = runners.slice(k * seeds.length, (k + 1) * seeds.length);
      return { rate, steps: own.map((r) => r.steps), scale: own.map((r) => r.scale) };
    });
  for (let until = 20; !signal.aborted && trainer.session.stepsDone < most; until = Math.ceil(until * PIECE)) {
    const to = at.find((s) => s >= until) ?? most;
    for await (const b of trainer.train({ steps: to - trainer.session.stepsDone, probes: [{ plan: 'eval', at }], signal, control }))
      take(b, runners, B, goal);
    const steps = trainer.session.stepsDone;
    const best = bestOf(results());
    const over = best !== undefined && steps >= PATIENCE * Math.max(...best.steps);
    yield {
      kind: 'progress',
      done: done + Math.floor(over || steps >= most ? of : (of * Math.log(steps)) / Math.log(most + 1)),
      total,
      phase: `batches of ${B}`,
      steps: steps * replicas.length,
    };
    if (over) break;
  }
  return results();
}
