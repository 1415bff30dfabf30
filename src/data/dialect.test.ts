/** How the lines of a text are divided, and what is no such text. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FormatError } from '../core/errors';
import { dialectOf, type DialectOptions } from './dialect';
import { describeTable } from './describe';
import { readTable, type TableOptions } from './table';
import { encodingOf, refuseContainers } from './text';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const found = (text: string | Uint8Array, options: DialectOptions = {}) => {
  const { text: csv, reader, sample } = dialectOf(text, options);
  return { delimiter: csv.delimiter, decimal: reader.decimal, first: sample[0], rows: sample.length };
};
const file = (data: string | Uint8Array) => ({ name: 'a', data: typeof data === 'string' ? bytes(data) : data });
const told = (data: string | Uint8Array, options: Partial<TableOptions> = {}) =>
  describeTable(file(data), { target: 0, task: 'auto', ...options });
const read = (data: string, options: Partial<TableOptions> = {}) =>
  readTable(file(data), undefined, { target: 0, task: 'auto', ...options });
const utf16 = (text: string, little: boolean, mark: boolean): Uint8Array => {
  const out = new DataView(new ArrayBuffer(2 * text.length + (mark ? 2 : 0)));
  if (mark) out.setUint16(0, 0xfeff, little);
  for (let i = 0; i < text.length; i++) out.setUint16(2 * i + (mark ? 2 : 0), text.charCodeAt(i), little);
  return new Uint8Array(out.buffer);
};

describe('the delimiter', () => {
  it.each<[string, string, string]>([
    ['commas inside quotes', `p;"q, r";"s, t, u"\n${lines(5, (i) => `"1, 2";${i};"a, b"`)}`, ';'],
    ['commas in names without quotes', `p, q|r, s|t\n${lines(5, (i) => `${i}|1|2`)}`, '|'],
    ['commas in some texts', `name\tv\n${lines(6, (i) => `a${i % 2 ? ', b' : ''}\t${i}`)}`, '\t'],
    ['decimal commas', lines(6, (i) => `${i},25;${i}`), ';'],
    ['decimal commas as often as semicolons', lines(6, (i) => `${i},25;${i},5`), ';'],
    ['semicolons inside a cell', `u,v\n${lines(6, (i) => `${i},"a;b;c"`)}`, ','],
    ['line ends inside quotes', `u;"v\nw, x"\n${lines(6, (i) => `"a\n,b,";${i}`)}`, ';'],
    ['columns set by spaces', lines(6, (i) => `  ${i}.5   ${i}  \t"a name ${i}"`), ' '],
    ['a line that says it', 'sep=|\na,b|c\n1,2|3', '|'],
    ['a ragged line', 'u,v,w\n1,2,3\n4,5,6\n7;8', ','],
  ])('%s', (_, text, delimiter) => {
    const started = text.startsWith('sep') ? text : text.slice(0, text.lastIndexOf('7;8') < 0 ? undefined : text.lastIndexOf('\n'));
    expect(found(started).delimiter).toBe(delimiter);
  });
  it('can be said', () => {
    expect(found('a;b,c\n1;2,3', { delimiter: ',' }).first).toEqual({ row: 1, cells: ['a;b', 'c'] });
  });
});

describe('decimal commas', () => {
  it.each<[string, string, ',' | '.']>([
    ['where no number has a point', 'a;b\n1,5;2\n3;4,25', ','],
    ['in quotes between commas', 'a,b\n"1,5",2\n3,"4,25"', ','],
    ['not beside a point', 'a;b\n1,5;2.5\n3;4,25', '.'],
    ['not where they may group thousands', 'a;b\n1,500;2\n3;4,250', '.'],
  ])('%s', (_, text, decimal) => {
    expect(found(text).decimal).toBe(decimal);
  });
  it('are read, said or found', () => {
    const { dataset, understood } = read('a;y\n1,5;p\n-,25;q\n3e-1;p');
    expect([...dataset.x]).toEqual([1.5, -0.25, 0.3]);
    expect(understood).toContain('separated by semicolons, decimal commas, first row: names');
    expect([...read('a;y\n1,500;p\n2,250;q', { decimal: ',' }).dataset.x]).toEqual([1.5, 2.25]);
  });
});

describe('lines that hold no record', () => {
  it.each<[string, string]>([
    ['empty ones', '\n\na,b\n\n1,2\n \n\n3,4\n\n'],
    ['of commas only', 'a,b\n1,2\n,\n3,4\n , \n'],
    ['comments', '# about, this, "file\n#\na,b\n1,2\n# more\n3,4\n'],
    ['a comment that has as many cells', '# x, y\na,b\n1,2\n3,4\n'],
    ['a last line of spaces, and Ctrl-Z', 'a,b\n1,2\n3,4\n  \n\u001A'],
    ['a line for a spreadsheet', 'sep=,\na,b\n1,2\n3,4'],
  ])('%s', (_, text) => {
    const { names, rows, columns } = told(text);
    expect([names, rows, columns.map(({ name }) => name)]).toEqual([true, 2, ['a', 'b']]);
  });
  it('count as rows, as an editor shows them', () => {
    const text = '# a comment\n\na,y\n1,p\n\n2,?\n3,q';
    expect(() => read(text)).toThrow('row 6: the target');
  });
  it('a # before the names or a cell is none', () => {
    expect(told('# u,v\n1,2\n3,4\n').columns.map(({ name }) => name)).toEqual(['u', 'v']);
    expect(told('#,v\n1,2\n2,4\n').columns.map(({ name }) => name)).toEqual(['#', 'v']);
    expect(found('#ff0000,1\n#00ff00,2\n').rows).toBe(2);
  });
  it('all of them: empty', () => {
    for (const text of ['', '\n \n', '\u001A', '# a comment alone']) {
      expect(() => told(text)).toThrow(FormatError);
      expect(() => told(text)).toThrow(/empty|one column only/);
    }
  });
});

describe('the encoding', () => {
  const text = 'Größe;y\n1,5;あ\n2;b\n';
  it.each([true, false])('UTF-16 with a mark is read (little-endian: %s)', (little) => {
    const { columns, encoding } = told(utf16(text, little, true));
    expect([encoding, columns[0]!.name, columns[1]!.samples]).toEqual([little ? 'utf-16le' : 'utf-16be', 'Größe', ['あ', 'b']]);
  });
  it.each([true, false])('UTF-16 without one is named (little-endian: %s)', (little) => {
    const data = utf16(text.replace('あ', 'a'), little, false);
    expect(() => told(data)).toThrow(/UTF-16 \((little|big)-endian\) without a byte order mark/);
    expect(told(data, { encoding: little ? 'utf-16le' : 'utf-16be' }).rows).toBe(2);
  });
  it('of one byte a character is refused by its place, or read if said', () => {
    const data = Uint8Array.of(...bytes('Gr'), 0xf6, 0xdf, ...bytes('e,y\n1,2\n3,4'));
    expect(() => told(data)).toThrow('not UTF-8 text');
    expect(told(data, { encoding: 'windows-1252' }).columns[0]!.name).toBe('Größe');
  });
  it('zeros all over are no text', () => {
    expect(() => encodingOf(Uint8Array.of(0x61, 0, 0, 0, 0x2c, 0, 0, 0))).toThrow('are zero, so it is no UTF-8 text');
  });
});

test.each<[string, string]>([
  ['PK\u0003\u0004\u0014', 'a ZIP archive'],
  ['\u001F\u008B\u0008', 'compressed with gzip'],
  ['PAR1\u0015', 'a Parquet file'],
  ['\u0089HDF\r\n', 'an HDF5 file'],
  ['SQLite format 3\u0000', 'an SQLite database'],
  ['  {"a": 1}', 'JSON'],
  ['<!DOCTYPE html>', 'a web page'],
  ['@RELATION iris', 'an ARFF file'],
])('%o is called %s', (start, what) => {
  const data = Uint8Array.from(start, (c) => c.charCodeAt(0));
  expect(() => refuseContainers(data)).toThrow(FormatError);
  expect(() => refuseContainers(data)).toThrow(what);
  expect(() => refuseContainers(bytes(`a,${start}`))).not.toThrow();
});

test('whatever divides a table of numbers is found', () => {
  const table = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 2, max: 20 }));
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t', '|', ' '),
      fc.boolean(),
      fc.boolean(),
      ([width, height], delimiter, quoted, named) => {
        const cell = (i: number, j: number): string => (quoted ? `"${i * width + j}.5"` : `${i * width + j}.5`);
        const row = (i: number): string => Array.from({ length: width }, (_, j) => cell(i, j)).join(delimiter);
        const names = Array.from({ length: width }, (_, j) => `n${j}`).join(delimiter);
        expect(found(`${named ? `${names}\n` : ''}${lines(height, row)}\n`)).toMatchObject({ delimiter, rows: height + Number(named) });
      },
    ),
  );
});
