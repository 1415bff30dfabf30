/** Weight decay against the share of the table that is trained on. */
import { defineStudy, loadedOnRun, type View } from '../../../src/lab/study';
import { line, map } from '../views';
import { claims } from './claims';
import { fields, presets, type Config } from './fields';

const views = (c: Config): readonly View[] => [
  line('reached', 'Accuracy at the end', 'share of the table trained on', 'share of entries', {
    series: Object.fromEntries(c.decays.map((d) => [`test ${d}`, `test, λ = ${d}`])),
  }),
  map('accuracy', 'Test accuracy so far', 'share of the table trained on', 'weight decay λ', { value: 'test accuracy' }),
  map('generalised', 'Steps to generalise', 'share of the table trained on', 'weight decay λ', {
    value: 'steps to test accuracy above 95 %',
  }),
  map('memorised', 'Steps to memorise', 'share of the table trained on', 'weight decay λ', {
    value: 'steps to training accuracy above 99 %',
  }),
];

export default defineStudy({
  id: 'phase-diagram',
  title: 'Phase diagram',
  question: 'How much of the table must a network see before it can learn the rule?',
  fields,
  presets,
  views,
  claims,
  references: () => import('./reference.json'),
  run: loadedOnRun(async () => (await import('./run')).run),
  explanation: {
    see: `<p>Networks trained with several shares of the table and several weight decays, all side by side: with a small share they memorise it and learn
nothing else, with a larger one they learn the rule. The maps show how many steps either takes.</p>`,
    why: `<p>A list of answers grows with the share of the table, the circuit that computes them does not. Where the list is short it is the cheaper
of the two, and weight decay keeps it; where it is long, the circuit is.</p>`,
    limits: `<p>Within a run of so many steps “never” means “not yet”: a threshold at a fixed number of steps moves as the steps grow.</p>`,
  },
});
