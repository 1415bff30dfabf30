import { it } from 'vitest';
import experiment from '../demos/double-descent/experiment';
import { presetConfig } from '../src/lab/schema';
import { RowTable } from '../src/lab/table';
import { openGpu } from '../src/runtime/gpu';
import type { Row } from '../src/lab/experiment';
it('x', { timeout: 600000 }, async () => {
  const [preset, extra] = [process.env['P']!, JSON.parse(process.env['X'] ?? '{}')];
  const config = { ...presetConfig(experiment, preset), ...extra };
  const executor = await openGpu();
  const t0 = performance.now();
  const rows: Row[] = [];
  for await (const r of experiment.run(config, { executor, control: { paused: false, whenResumed: () => Promise.resolve(), takeSingleStep: () => false }, signal: new AbortController().signal, turn: () => Promise.resolve() })) rows.push(r);
  const table = new RowTable(rows);
  console.log(preset, extra, ((performance.now() - t0) / 1000).toFixed(1), 's', rows.length, 'rows');
  for (const c of experiment.claims(config)) { const j = c.test(table, config); console.log(c.id, j.verdict, j.measured); }
  const th = experiment.theory(config);
  for (const v of experiment.views(config)) if (v.kind === 'line') for (const s of Object.keys(v.series)) console.log(v.chart, s, table.summary(v.chart, s).filter((_, i, a) => a.length < 40 || i % Math.ceil(a.length / 25) === 0).map((p) => { const c = th.find((k) => k.chart === v.chart); const y = c?.y[c.x.indexOf(p.x)]; return `${p.x}:${p.mean.toPrecision(3)}±${((p.high - p.low) / 2).toPrecision(2)}${y === undefined ? '' : '(' + y.toPrecision(3) + ')'}`; }).join(' '));
});
