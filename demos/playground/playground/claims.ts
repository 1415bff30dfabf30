/** What the page claims of any network and data, and how a run is judged. */
import type { Claim, Judgement, Summary, Table } from '../../../src/lab/study';
import { inconclusive } from '../../../src/lab/verdicts';
import type { Config } from './fields';

const figure = (x: number): string => x.toPrecision(3);
const shown = (s: Summary): string => `${figure(s.mean)} [${figure(s.low)}, ${figure(s.high)}]`;

/** At the run's last step; a reason where nothing can be said of it. */
const atEnd = (t: Table, c: Config): Summary | string => {
  const last = t.summary('error', 'test').at(-1);
  if (!last || last.x < c.steps) return 'the run did not reach its last step';
  if (last.nonFinite > 0) return `${last.nonFinite} of ${last.values.length} networks diverged`;
  return last.n < 2 ? 'one seed gives no interval' : last;
};

/** Judges that `s` is below `bound`, which has no spread. */
const below = (s: Summary, bound: number, measured: string): Judgement => ({
  verdict: s.high < bound ? 'agrees' : s.low > bound ? 'disagrees' : 'inconclusive',
  measured,
  value: s.mean,
  interval: [s.low, s.high],
});

const SOURCE = 'this run: the constant is fitted to the same training set';
export const claims = (c: Config): readonly Claim[] => [
  {
    id: 'better',
    says: 'On these test examples the networks do better than the best constant: the commonest class, or the mean.',
    source: SOURCE,
    falsifier: 'the 95 % interval over seeds of the test error at the end lies above the constant’s',
    test: (t) => {
      const end = atEnd(t, c);
      const constant = t.summary('error', 'constant').at(-1)?.mean;
      if (typeof end === 'string' || constant === undefined) return inconclusive(typeof end === 'string' ? end : 'not measured yet');
      return below(end, constant, `test error ${shown(end)} over ${end.n} seeds, the constant’s ${figure(constant)}`);
    },
  },
  {
    id: 'falls',
    says: 'Training lowers the loss on the training set.',
    source: 'this run',
    falsifier: 'at the end its 95 % interval over seeds lies above that at the start',
    test: (t) => {
      const end = atEnd(t, c);
      if (typeof end === 'string') return inconclusive(end);
      const losses = t.summary('loss', 'train');
      const [first, last] = [losses[0]!, losses.at(-1)!];
      const verdict = last.high < first.low ? 'agrees' : last.low > first.high ? 'disagrees' : 'inconclusive';
      return {
        verdict,
        measured: `${shown(first)} before, ${shown(last)} after ${last.x} steps`,
        value: last.mean,
        interval: [last.low, last.high],
      };
    },
  },
];
