/** Help texts of the headless runner, made from what the experiments say of themselves. */
import type { Experiment, Field } from '../lab/experiment';

export const OPTIONS = `Options:
  --preset NAME      which of the experiment's presets to start from (default: standard)
  --set KEY=VALUE    change one setting; may be repeated. Lists: numbers separated by commas
  --seeds N          the same as --set seeds=N
  --out FOLDER       where metrics.csv, summary.json and the charts go (default: out/<experiment>-<preset>-<time>)
  --help             this text, or with an experiment its settings

Exit status: 0 no claim disagrees, 1 a claim disagrees, 2 wrong usage, 3 the run failed, 130 interrupted.`;

const range = (min: number, max: number, step: number): string => `${min} to ${max}${step === 1 ? ', whole' : ''}`;

/** Default and allowed values of a field. */
export const allowed = (field: Field): string => {
  const unit = field.unit ? ` ${field.unit}` : '';
  switch (field.kind) {
    case 'number': return `${field.default} (${range(field.min, field.max, field.step)}${unit})`;
    case 'list': return `${field.default.join(',')} (numbers separated by commas, each ${range(field.min, field.max, field.step)}${unit})`;
    case 'choice': return `${field.default} (one of: ${Object.keys(field.options).join(', ')})`;
    case 'flag': return `${field.default} (true or false)`;
  }
};

const indent = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  return rows.map(([key, text]) => `  ${key.padEnd(width)}  ${text}`).join('\n');
};

export const experimentList = (experiments: readonly Experiment[]): string => indent(experiments.map((e) => [e.id, e.title]));

export const labHelp = (experiments: readonly Experiment[]): string =>
  `Usage: npm run lab -- EXPERIMENT [options]\n\nRuns an experiment in a headless browser and judges its claims.\n\n` +
  `Experiments:\n${experimentList(experiments)}\n\n${OPTIONS}`;

/** Settings and presets of one experiment. */
export const experimentHelp = (e: Experiment): string => {
  const presets = Object.entries(e.presets).map(([name, p]): [string, string] => [name, p.time ? `${p.label} (${p.time})` : p.label]);
  const settings = Object.entries(e.config).flatMap(([key, field]): [string, string][] => [
    [key, `${field.label}: ${allowed(field)}`],
    ...(field.help ? [['', `  ${field.help}`] as [string, string]] : []),
  ]);
  return `${e.title}\n${e.question}\n\nUsage: npm run lab -- ${e.id} [options]\n\nPresets:\n${indent(presets)}\n\n` +
    `Settings (default, then what is allowed):\n${indent(settings)}\n\n${OPTIONS}`;
};
