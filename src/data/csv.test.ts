import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { csvRecords, csvRows, type CsvDelimiter, type CsvInput, type CsvText } from './csv';
import { readCsv } from './csvDataset';
import { expectContainedOnGarbage } from './readerProperties';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parseCsv = (input: CsvInput, options?: CsvText): readonly (readonly string[])[] => [...csvRecords(input, options)];
const LINE_ENDS = ['\n', '\r\n', '\r'] as const;

/** As RFC 4180 writes it: a cell is quoted when it must be, or when `always` says so. */
const encode = (rows: readonly (readonly string[])[], delimiter: CsvDelimiter, end: string, always: boolean): string =>
  rows
    .map((row) => row.map((cell) => (always || /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter))
    .join(end);

describe('cells', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '1', ' ', '"', ',', ';', '\t', '\n', '\r', 'é', '😀') });
  const table = fc
    .integer({ min: 2, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));

  test('come back from what RFC 4180 writes', () => {
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';', '\t'),
        fc.constantFrom(...LINE_ENDS),
        fc.boolean(),
        fc.boolean(),
        (rows, delimiter, end, always, newlineAtEnd) => {
          const text = encode(rows, delimiter, end, always) + (newlineAtEnd ? end : '');
          expect(parseCsv(text, { delimiter })).toEqual(rows);
          expect(parseCsv(bytes(text), { delimiter })).toEqual(rows);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a byte order mark is no part of the first', () => {
    expect(parseCsv('\uFEFFa,b')).toEqual([['a', 'b']]);
    expect(parseCsv(bytes('\uFEFFa,b').buffer as ArrayBuffer)).toEqual([['a', 'b']]);
  });

  test.each([
    ['an empty file', '', 'empty'],
    ['only line ends', '\r\n\n', 'empty'],
    ['a short row', 'a,b,c\n1,2,3\n4,5\n', 'row 3: 3 cells expected, as in row 1, got 2'],
    ['a long row', 'a,b\r\n1,2,3', 'row 2: 2 cells expected, as in row 1, got 3'],
    ['a short row after empty lines', '\n\na,b\n  \n1', 'row 5: 2 cells expected, as in row 3, got 1'],
    ['an open quote', 'a,b\n"1,2\n3,4', 'row 2: a quote is never closed'],
    ['a quote in a plain cell', 'a,b\n1,2"', 'row 2: a quote inside the unquoted cell "2\\""'],
    ['text behind a quote', 'a,b\n1,"2"3', 'row 2: text after the closing quote of cell 2'],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseCsv(text)).toThrow(FormatError);
    expect(() => parseCsv(text)).toThrow(message);
  });

  test('lines of spaces and a Ctrl-Z at the end hold no record; spaces around quotes do not count', () => {
    expect(parseCsv('a,b\n\n1,2\n \t\r\n3,4\n\n  ')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
    for (const end of ['\u001A', '\n\u001A', '\r\n\u001A\r\n']) expect(parseCsv(`a,b\n1,2${end}`)[1]).toEqual(['1', '2']);
    expect(parseCsv('a, "b, c" ,d\n1,"2" ,3')).toEqual([
      ['a', 'b, c', 'd'],
      ['1', '2', '3'],
    ]);
    expect(parseCsv('\t\t\na\tb\tc', { delimiter: '\t' })).toEqual([
      ['', '', ''],
      ['a', 'b', 'c'],
    ]);
  });

  test('runs of spaces and tabs divide as one where they are the delimiter', () => {
    expect(parseCsv('  1.5   2\t"a b"  \n3 4 c\n', { delimiter: ' ' })).toEqual([
      ['1.5', '2', 'a b'],
      ['3', '4', 'c'],
    ]);
    expect(() => parseCsv('"a"b c', { delimiter: ' ' })).toThrow('text after the closing quote of cell 1');
  });

  test('pieces of any length give the same records', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(...LINE_ENDS), fc.integer({ min: 1, max: 9 }), (rows, end, pieceLength) => {
        const text = encode(rows, ',', end, false);
        expect(parseCsv(text, { pieceLength })).toEqual(rows);
        expect(parseCsv(bytes(`${text}${end}\u001A`), { pieceLength })).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  test('lines before the start are passed over, and comments have another number of cells', () => {
    const rows = [...csvRows('sep=;\n# said, by "one\n#a,b\n1,2\n# 3\n4,#5\n#6,7', {}, { skip: 2, columns: 2 })];
    expect(rows).toEqual([
      { row: 3, cells: ['#a', 'b'] },
      { row: 4, cells: ['1', '2'] },
      { row: 6, cells: ['4', '#5'] },
      { row: 7, cells: ['#6', '7'] },
    ]);
  });

  test('rows are counted as records, not lines', () => {
    expect(() => parseCsv('"a\nb",c\n1')).toThrow('row 2: 2 cells');
  });

  test('a first record without end does not fill the memory', () => {
    expect(() => parseCsv('a,b,c', { maxColumns: 2 })).toThrow('row 1: more than 2 columns');
    expect(() => parseCsv(','.repeat(2 ** 16))).toThrow('row 1: more than 65536 columns');
    expect(parseCsv(','.repeat(2 ** 16 - 1))[0]).toHaveLength(2 ** 16);
  });

  test('bytes that are not UTF-8 are refused, and files beyond the limit', () => {
    expect(() => parseCsv(Uint8Array.of(0x61, 0xff, 0x2c))).toThrow('not UTF-8');
    expect(() => parseCsv('a,b,c', { maxBytes: 4 })).toThrow('5 bytes; the limit is 4');
    expect(() => parseCsv(bytes('a,b,c'), { maxBytes: 4 })).toThrow('5 bytes; the limit is 4');
  });
});

/** Number of examples that are read with the last column as label. */
const examplesOf = (text: string, header?: boolean): number =>
  readCsv(text, { task: 'classification', target: -1, ...(header === undefined ? {} : { header }) }).data.n;

const refuse = (text: string, target: string | number, message: string): void => {
  expect(() => readCsv(text, { task: 'regression', target })).toThrow(FormatError);
  expect(() => readCsv(text, { task: 'regression', target })).toThrow(message);
};

describe('data sets', () => {
  const iris = 'length,width,species\n5.1,3.5,setosa\n7.0, 3.2 ,versicolor\n6.3,-3.3e0,setosa\n';

  test('string labels, target by name or index', () => {
    const byName = readCsv(iris, { task: 'classification', target: 'species', name: 'iris' });
    expect(byName).toEqual({
      data: {
        kind: 'classification',
        name: 'iris',
        n: 3,
        d: 2,
        x: Float64Array.of(5.1, 3.5, 7, 3.2, 6.3, -3.3),
        y: Uint32Array.of(0, 1, 0),
        classes: 2,
        classNames: ['setosa', 'versicolor'],
      },
      features: ['length', 'width'],
      target: 'species',
    });
    for (const target of [2, -1]) expect(readCsv(iris, { task: 'classification', target, name: 'iris' })).toEqual(byName);
  });

  test('numeric labels are ordered as numbers; given class names fix the order', () => {
    const text = '10,1\n9,2\n10,3';
    expect(readCsv(text, { task: 'classification', target: 0 }).data).toMatchObject({
      y: Uint32Array.of(1, 0, 1),
      classNames: ['9', '10'],
    });
    const classNames = ['10', '8', '9'];
    expect(readCsv(text, { task: 'classification', target: 0, classNames }).data).toMatchObject({
      y: Uint32Array.of(0, 2, 0),
      classes: 3,
      classNames,
    });
    expect(() => readCsv(text, { task: 'classification', target: 0, classNames: ['10'] })).toThrow(
      'row 2: the label "9" is not among the 1 class names',
    );
    expect(() => readCsv(text, { task: 'classification', target: 0, classNames: ['9', '9', '10'] })).toThrow(ConfigError);
  });

  test('regression', () => {
    const { data, features } = readCsv(bytes('1;2;.5\n3;4;-1.5e1'), { task: 'regression', target: -1, delimiter: ';' });
    expect(data).toMatchObject({
      kind: 'regression',
      n: 2,
      d: 2,
      outputs: 1,
      x: Float64Array.of(1, 2, 3, 4),
      y: Float64Array.of(0.5, -15),
    });
    expect(features).toEqual(['column 1', 'column 2']);
  });

  test('names are texts above numbers, or numbers in a row beside one above labels, or as told', () => {
    expect(examplesOf('a,b,c\n1,2,x')).toBe(1);
    expect(examplesOf(',b,c\n1,2,x')).toBe(1);
    expect(examplesOf('1,2,c\n1,2,x')).toBe(2);
    expect(examplesOf('1,2,c\n1,2,x', true)).toBe(1);
    expect(() => examplesOf('a,b,c\n1,2,x', false)).toThrow('row 1: column 1');
    expect(examplesOf('1,b,c\n1,2,x')).toBe(1);
    expect(examplesOf('0,1,c\n1,2,x\n2,3,x\n4,4,y\n5,6,y')).toBe(4);
  });

  test.each(['n/a', '', '0x10', 'Infinity', 'nan', '1e999', '1 2', '1_000', '--1'])('the cell %o is not a number', (cell) => {
    refuse(`a,b\n1,2\n${cell},3`, 'b', `row 3: column 1 ("a") holds ${JSON.stringify(cell)}, which is not a finite number`);
    refuse(`a,b\n1,2\n3,${cell}`, 'b', `row 3: column 2 ("b") holds ${JSON.stringify(cell)}, which is not a finite number`);
  });

  test('columns that are not there, labels that are none', () => {
    refuse('a,b\n1,2', 'c', `there is no column 'c'; the columns are "a", "b"`);
    refuse('1,2\n3,4', 'c', 'no header');
    refuse('a,a\n1,2', 'a', "two columns are named 'a'");
    for (const target of [2, -3, 0.5]) refuse('a,b\n1,2', target, `there is no column ${target}; the file has 2`);
    refuse('a\n1', 'a', 'one column only');
    refuse('a,b\n', 'a', 'no examples');
    const many = Array.from({ length: 2 ** 16 + 1 }, (_, i) => `1,${i}`).join('\n');
    expect(() => readCsv(many, { task: 'classification', target: 1 })).toThrow('row 65537: more than 65536 distinct labels');
    expect(() => readCsv('a,b\n1,', { task: 'classification', target: 'b' })).toThrow('row 2: the label is empty');
    expect(() => readCsv('a,b\n1,x\n2,N/A', { task: 'classification', target: 'b' })).toThrow(
      'row 3: the label "N/A" says that there is none',
    );
    expect(readCsv('a,b\n1,x\n2,none', { task: 'classification', target: 'b', classNames: ['none', 'x'] }).data.y).toEqual(
      Uint32Array.of(1, 0),
    );
    expect(readCsv('a,b\n1,x\n2,none', { task: 'classification', target: 'b', marks: [] }).data).toMatchObject({
      classNames: ['none', 'x'],
    });
    expect(readCsv('1,007\n2,7\n3,007', { task: 'classification', target: 1 }).data).toMatchObject({ classNames: ['007', '7'] });
  });

  test('doubles written with all their digits come back the same', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, number), { minLength: 1 }), fc.constantFrom(...LINE_ENDS), (rows, end) => {
        const { data } = readCsv(rows.map((row) => row.map((v) => (Object.is(v, -0) ? '-0' : String(v))).join(',')).join(end), {
          task: 'regression',
          target: 1,
        });
        expect(data.x).toEqual(Float64Array.from(rows.flatMap(([a, , c]) => [a, c])));
        expect(data.y).toEqual(Float64Array.from(rows, ([, b]) => b));
      }),
    );
  });

  test('hostile bytes are contained', () => {
    const valid = fc
      .array(fc.tuple(fc.integer(), fc.double(), fc.constantFrom('x', '"y,z"', '3')), { minLength: 1, maxLength: 20 })
      .map((rows) => bytes(`a,b,c\n${rows.map((row) => row.join(',')).join('\n')}`));
    expectContainedOnGarbage((input) => readCsv(input, { task: 'classification', target: -1 }), valid);
    expectContainedOnGarbage((input) => readCsv(input, { task: 'regression', target: 'b' }), valid);
  });
});
