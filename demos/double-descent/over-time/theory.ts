/** Gradient descent in closed form, at every step that is drawn, and its limit. */
import type { Curve } from '../../../src/lab/study';
import type { Config } from './fields';
import { drawnSteps, excess, tasksOf } from './task';

/** Mean over the run's own seeds: the closed form is exact for each data set, so the theory needs the same data. */
export const theory = (c: Config): readonly Curve[] => {
  const tasks = tasksOf(c);
  const steps = drawnSteps(c);
  const average = (f: (t: (typeof tasks)[number]) => number): number => tasks.reduce((s, t) => s + f(t), 0) / tasks.length;
  const limit = average((t) => excess(t.closed.limit.data, t));
  const ends = [1, steps.at(-1)! + 1];
  return [
    {
      chart: 'epoch',
      series: 'measured',
      x: steps.map((t) => t + 1),
      y: steps.map((t) => average((k) => excess(k.closed.at(t, k.eta).data, k))),
      kind: 'theory',
      label: 'closed form',
    },
    { chart: 'epoch', series: 'limit', x: ends, y: [limit, limit], kind: 'theory', label: 'limit: minimum norm' },
  ];
};
