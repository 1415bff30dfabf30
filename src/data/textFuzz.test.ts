/**
 * Damaged text tables are read, or refused with an error that says why. VITE_FUZZ is the number of files; the same number gives the same
 * files. The slowest is reported where it was given.
 */
import { expect, test } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { deriveSeed, stream, USE } from '../core/random';
import { readCsv } from './csvDataset';
import { describeTable } from './describe';
import { readTable, type TableOptions } from './table';

const asked: unknown = import.meta.env['VITE_FUZZ'];
const FILES = asked === undefined ? 2000 : Number(asked);
/** A file of a few hundred bytes takes well below a millisecond; this long is stuck. */
const STUCK = 2000;

const rowsOf = (n: number, row: (i: number) => string, end = '\n'): string => Array.from({ length: n }, (_, i) => row(i)).join(end);
const VALID: readonly string[] = [
  `,len,wid,kind\n${rowsOf(12, (i) => `${i},${i * 0.5},${i % 3},${i % 2 ? 'a' : 'b'}`)}\n`,
  `"x";"y, z";"w"\r\n${rowsOf(9, (i) => `${i},5;"t ""q"" ${i % 2}";${i % 4},25`, '\r\n')}`,
  rowsOf(10, (i) => ` ${i}.5   ${i}  \t"n ${i}" 1e${i}`),
  `id\tdate\tsex\tage\ty\n${rowsOf(30, (i) => `${i + 1}\t2020-01-0${1 + (i % 9)}\t${i % 2 ? 'm' : 'f'}\t${i % 5 ? i : 'NA'}\t${i % 3}`)}`,
  `# said\nsep=|\na|b|c\n${rowsOf(8, (i) => `${i}|"multi\nline"|0${i % 2}`)}\n\u001A`,
  `0,1,2,label\n${rowsOf(9, (i) => `${i},?,${i * i},${i % 2}`)}`,
];
const TOKENS: readonly string[] = (
  '"~""~,~;~\t~|~ ~\n~\r~\r\n~#~\u001A~\u0000~\uFEFF~sep=;\n~,,,,\n~\n\n~NA~?~-~inf~1e999~1e39~1e-400~1,234~0,5~--1~1e~.~😀~\uD800~é~2020-13-45~' +
  '9'.repeat(400)
).split('~');
const MARKS: readonly (readonly number[])[] = [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0x50, 0x4b, 3, 4], [0xc3], [0x80], [0, 0]];

/** The next whole number below `most`. */
type Draw = (most: number) => number;
const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;

/** The usual more often than not. */
const mostly = <T>(draw: Draw, usual: T, others: readonly T[]): T => (draw(4) > 0 ? usual : pick(draw, others));

const encoder = new TextEncoder();
/** One of the valid files, with a few places overwritten, cut out, doubled, or filled with what means something. */
const damaged = (draw: Draw): Uint8Array => {
  let bytes = [...encoder.encode(pick(draw, VALID))];
  for (let edits = 1 + draw(3); edits > 0; edits--) {
    const [at, length] = [draw(bytes.length + 1), draw(9)];
    const insert = pick<() => readonly number[]>(draw, [
      () => [...encoder.encode(pick(draw, TOKENS))],
      () => [...encoder.encode(pick(draw, TOKENS).repeat(1 + draw(40)))],
      () => Array.from({ length: mostly(draw, 1, [0, 9]) }, () => 32 + draw(95)),
      () => bytes.slice(draw(bytes.length), draw(bytes.length)),
      () => mostly<readonly number[]>(draw, [55], [...MARKS, Array.from({ length }, () => draw(256))]),
    ])();
    const place = draw(8) === 0 ? 0 : at;
    bytes = draw(30) === 0 ? bytes.slice(0, at) : [...bytes.slice(0, place), ...insert, ...bytes.slice(place + pick(draw, [0, length]))];
  }
  return Uint8Array.from(bytes);
};
const chosen = (draw: Draw): TableOptions => ({
  target: mostly<number | string>(draw, 0, [1, 2, 'y', 'label', '3', 99]),
  task: mostly(draw, 'auto', ['classes', 'numbers']),
  header: mostly(draw, 'auto', ['yes', 'no']),
  missing: mostly(draw, 'drop', ['auto', 'refuse', 'mean']),
  delimiter: mostly(draw, 'auto', [',', ';', '\t', ' ']),
  decimal: mostly(draw, 'auto', ['.', ',']),
  encoding: mostly(draw, 'auto', ['auto', 'auto', 'utf-16le', 'windows-1252']),
  columns: mostly<NonNullable<TableOptions['columns']>>(draw, {}, [
    { 1: { role: 'feature' } },
    { 2: { type: 'category' } },
    { 1: { missing: 'drop' } },
  ]),
  maxColumns: 64,
});

/** Whether the reader took it; what it refuses must be refused with an error of its own. */
const taken = (read: () => void, seen: Map<string, number>): boolean => {
  try {
    read();
    return true;
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof ConfigError)) throw error;
    const kind = error.message.replaceAll(/"[^"]*"|\d+/g, '_').slice(0, 60);
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return false;
  }
};

test(`${FILES} damaged files`, { timeout: 3_600_000 }, () => {
  const seen = new Map<string, number>();
  let [read, slowest, slow] = [0, 0, 0];
  for (let k = 0; k < FILES; k++) {
    const { bits } = stream(deriveSeed(1, USE.probe, k), USE.probe);
    let at = 0;
    const draw: Draw = (most) => bits(at++) % most;
    const file = { name: 'f.csv', data: damaged(draw) };
    const options = chosen(draw);
    const all = (): number => {
      const start = performance.now();
      taken(() => describeTable(file, options), seen);
      if (taken(() => readTable(file, undefined, options), seen)) read++;
      taken(() => readCsv(file.data, { target: -1, task: k % 2 ? 'classification' : 'regression' }), seen);
      return performance.now() - start;
    };
    try {
      const first = all();
      const time = first > slowest ? Math.min(first, all()) : first; // once more: what disturbs only adds
      if (time > slowest) [slowest, slow] = [time, k];
    } catch (error) {
      throw new Error(`file ${k}: ${JSON.stringify(new TextDecoder('latin1').decode(file.data))} ${JSON.stringify(options)}`, {
        cause: error,
      });
    }
  }
  if (asked !== undefined)
    console.log(`${read} of ${FILES} read, ${seen.size} kinds of refusal; file ${slow} took longest, ${slowest.toFixed(1)} ms`);
  expect(slowest).toBeLessThan(STUCK);
  expect(read).toBeGreaterThan(FILES / 20); // else the damage is too great to test anything but the first check
  expect(seen.size).toBeGreaterThan(Math.min(FILES, 400) / 20);
});
