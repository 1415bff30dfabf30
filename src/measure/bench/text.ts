/** A report in words: cells of its table, the same for page and shell, and Markdown. */
import type { Spread } from '../../core/spread';
import type { Comparison } from './compare';
import type { BenchReport, BenchRow } from './report';

const UNITS: readonly (readonly [number, string])[] = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [0, 'ns'],
];
const digits = (x: number): string => (Math.abs(x) >= 1000 ? Math.round(x).toLocaleString('en-GB') : String(Number(x.toPrecision(3))));
/** '1.23 ms'. */
export const showTime = (seconds: number): string => {
  const [, unit] = UNITS.find(([least]) => Math.abs(seconds) >= least)!;
  return `${digits(seconds * { s: 1, ms: 1e3, µs: 1e6, ns: 1e9 }[unit]!)} ${unit}`;
};
/** '1.2–1.3 ms', in the unit of the larger. */
const showRange = ({ low, high }: Spread): string => {
  const [, unit] = UNITS.find(([least]) => Math.abs(high) >= least)!;
  const scale = { s: 1, ms: 1e3, µs: 1e6, ns: 1e9 }[unit]!;
  return `${digits(low * scale)}–${digits(high * scale)} ${unit}`;
};
const perSecond = (amount: number | undefined, { time }: BenchRow): string =>
  amount && time && time.median > 0 ? digits(amount / time.median / 1e9) : '';
const percent = (x: number): string => `${digits(100 * x)} %`;

export const METHODS: Readonly<Record<NonNullable<BenchRow['method']>, string>> = {
  timestamps: 'timestamps',
  slope: 'slope',
  clock: 'clock',
};
export const COLUMNS = [
  'Case',
  'Time',
  'Middle half',
  'n',
  'GFLOP/s',
  'GB/s',
  'Of the roof',
  'Timed by',
  'Notes',
  'Checked before',
] as const;
export const CHANGE_WORDS = { less: 'faster', more: 'slower', same: 'no change shown' } as const;

const changeText = (row: BenchRow, comparison: Comparison | undefined): string => {
  const found = comparison?.changes.get(row.id);
  return found
    ? `${CHANGE_WORDS[found.change]}: ${digits(found.ratio)} × the earlier time`
    : comparison && row.time
      ? 'not in the earlier report'
      : '';
};
const notes = (row: BenchRow, comparison: Comparison | undefined): string =>
  [
    ...(row.state === 'measured' ? [] : [row.state === 'wrong' ? 'WRONG RESULT, not timed' : row.state]),
    ...(row.time && row.time.median <= 0 ? ['too short for this clock'] : []),
    ...(row.against
      ? [`${digits(row.against.ratio.median)} × the step without it (${digits(row.against.ratio.low)}–${digits(row.against.ratio.high)})`]
      : []),
    ...(row.note ? [row.note] : []),
    ...[changeText(row, comparison)].filter(Boolean),
  ].join('; ');

/** One text a column. */
export const cellsOf = (row: BenchRow, comparison?: Comparison): readonly string[] => [
  row.label,
  row.time ? `${showTime(row.time.median)} a ${row.per}` : '',
  row.time ? showRange(row.time) : '',
  row.time ? String(row.time.samples) : '',
  perSecond(row.flops, row),
  perSecond(row.bytes, row),
  row.share ? `${percent(row.share.value)} ${row.share.of}` : '',
  row.method ? METHODS[row.method] : '',
  notes(row, comparison),
  row.checked,
];

/** Rows by group, groups in order of appearance. */
export const grouped = (rows: readonly BenchRow[]): readonly (readonly [group: string, rows: readonly BenchRow[]])[] =>
  [...new Set(rows.map((r) => r.group))].map((group) => [group, rows.filter((r) => r.group === group)]);

/** Adapter, host, clocks and roofs: what a figure means nothing without. */
export const factsOf = ({
  adapter,
  host,
  build,
  date,
  options,
  clock,
  roofline,
  complete,
  seconds,
  rows,
}: BenchReport): readonly (readonly [string, string])[] => [
  ['Adapter', `${adapter.name}, ${adapter.software ? 'software: computes on the processor' : 'hardware'}`],
  ['Host', host],
  ['Build', `${build}, ${date}`],
  [
    'Cases',
    `set ${options.set}${options.filter ? `, only '${options.filter}'` : ''}${options.big ? ', big shapes also in software' : ''}: ${rows.length} rows in ${Math.round(seconds)} s${complete ? '' : ', not complete'}`,
  ],
  [
    'Clocks',
    clock
      ? `${clock.timestampNs === undefined ? 'no timestamps: slope of the time over the number of repetitions' : `timestamps in steps of ${digits(clock.timestampNs / 1000)} µs`}; performance.now in steps of ${showTime(clock.pageMs / 1000)}`
      : 'not asked',
  ],
  [
    'Roofs, measured',
    roofline
      ? `${digits(roofline.flopsPerSecond / 1e9)} GFLOP/s by multiply-adds in registers; ${digits(roofline.bytesPerSecond / 1e9)} GB/s by a copy, read and written`
      : 'none',
  ],
];

const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
const HEAD = `${line(COLUMNS)}\n${line(COLUMNS.map((_, i) => (i >= 1 && i <= 6 ? '--:' : '---')))}`;
export const markdown = (report: BenchReport, comparison?: Comparison): string =>
  [
    ...factsOf(report).map(([term, text]) => `- ${term}: ${text}`),
    ...(comparison ? comparison.warnings.map((w) => `- Compared with an earlier report: ${w}`) : []),
    ...grouped(report.rows).map(
      ([group, rows]) => `\n### ${group}\n\n${HEAD}\n${rows.map((r) => line(cellsOf(r, comparison))).join('\n')}`,
    ),
  ].join('\n');
