/** Accuracy, loss and the circuit inside while a network trains. */
import { defineStudy, loadedOnRun } from '../../../src/lab/study';
import { claims } from './claims';
import { fields, ownSettings, presets, singleRun } from './fields';
import { views } from './views';

export default defineStudy({
  id: 'over-time',
  title: 'Training over time',
  question: 'How long after it has memorised its examples does a network learn the rule, and what grows inside it meanwhile?',
  fields,
  presets,
  views,
  markers: (c) => {
    const known = singleRun(c, ownSettings(c)[0]!);
    if (!known) return [];
    return [
      { chart: 'accuracy', x: known.memorised, label: 'memorised' },
      { chart: 'accuracy', x: known.generalised, label: 'generalised' },
    ];
  },
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>The task is a table: a + b modulo a prime p, say. The network sees some of its entries, as pairs of symbols without any order or size, and
is asked for the rest. It first learns its entries by heart: training accuracy reaches 100 % while test accuracy is no better than a guess, or worse.
Later, with nothing changed, test accuracy rises to 100 % as well. Power et al. called this <em>grokking</em>.</p>`,
    why: `<p>The network turns a and b into waves cos(2πka/p) of a few frequencies k; products of waves of a and of b are waves of a + b, and the
answer is where those agree. <em>Restricted loss</em> is that of what the logits hold at the key frequencies alone; <em>excluded loss</em>, on the
training set without one of those frequencies, shows when the network begins to lean on it. Weight decay pays for the circuit: it needs less weight than
a list of answers.</p>
<ul>
<li><strong>Quadratic network.</strong> f<sub>q</sub>(a, b) = Σ<sub>k</sub> W<sub>kq</sub>(U<sub>ak</sub> + V<sub>bk</sub>)² / (2p√N), squared error
against the one-hot answer (mean over examples and outputs), AdamW with β = (0.9, 0.98) on the whole training set at every step.</li>
<li><strong>Transformer.</strong> The published one: tokens a, b and “=”, width 128, four heads, 512 ReLU units, no normalisation, cross-entropy
(mean over examples), the same optimiser with ten steps of warmup. Far too slow without a GPU.</li>
<li><strong>Frequencies.</strong> Of the logits: their projection on cos and sin of 2πk(a ± b)/p, as a share of their variance over all p² pairs about
each output’s mean. Key frequencies are the fewest that carry 95 % of what all of them do; while a run goes on they are those of the moment, and at its
end restricted loss and shares are computed again with those it ended with. A unit’s frequency is the one that explains most of the variance of its
weights U and V.</li>
<li><strong>Silencing.</strong> The rows of W of one frequency’s units are set to zero, and the whole table is asked again.</li>
</ul>`,
    limits: `<p>Small primes have few frequencies, and these networks use most of them, so that no single one is missed much; the published transformer
uses five of 56, and they explain over nine tenths of its logits. With a dozen units to a frequency, products of waves other than those of a + b do not
cancel quite: the logits hold them too. Within a run of so many steps “never” means “not yet”. The Fourier measures are for sums and differences:
products are waves in the logarithm, which is not drawn here. The times marked in the plot, where there are any, are those of single runs elsewhere,
without an interval; for the transformers they were taken at a test accuracy of 90 %, not 95 %.</p>`,
  },
});
