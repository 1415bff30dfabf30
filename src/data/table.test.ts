/** Readers' own files: what is made of them, and what each bad one is told. */
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { writeNpy } from './npy';
import { readTable, type TableFile, type TableOptions } from './table';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const csv = (text: string): TableFile => ({ name: 'a.csv', data: bytes(text) });
const npy = (name: string, shape: readonly number[], values: readonly number[]): TableFile => ({
  name,
  data: writeNpy({ dtype: 'f8', shape, data: Float64Array.from(values) }),
});
/** Bytes as IDX: two zeros, element type u1, the axes. */
const idx = (name: string, shape: readonly number[], values: readonly number[]): TableFile => ({
  name,
  data: Uint8Array.of(0, 0, 8, shape.length, ...shape.flatMap((d) => [0, 0, 0, d]), ...values),
});
const OPTIONS: TableOptions = { target: 0, task: 'auto' };
const read = (text: string, options: Partial<TableOptions> = {}) => readTable(csv(text), undefined, { ...OPTIONS, ...options });
const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');

describe('a CSV', () => {
  it('with names and text labels: classes in order of appearance', () => {
    const { dataset, understood } = read('size,weight,kind\n1,2,zebra\n3,4.5,ant\n-5,6e-1,zebra\n');
    expect(dataset).toMatchObject({ kind: 'classification', n: 3, d: 2, classes: 2, classNames: ['zebra', 'ant'] });
    expect([[...dataset.x], [...dataset.y]]).toEqual([
      [1, 2, 3, 4.5, -5, 0.6],
      [0, 1, 0],
    ]);
    expect(understood).toBe(
      `'a.csv', separated by commas, first row: names: 3 examples of 2 features (size, weight); ` +
        `target "kind": 2 classes (zebra, ant), numbered as they first appear.`,
    );
  });
  it('without names, the target chosen, separated by semicolons or tabs', () => {
    const { dataset } = read('b; 1; 2\na; 3; 4\n', { target: 1 });
    expect([[...dataset.x], [...dataset.y], dataset.n]).toEqual([[1, 2, 3, 4], [0, 1], 2]);
    expect([...read('x\ty\n1\t0.5\n2\t1.5').dataset.x]).toEqual([1, 2]);
  });
  it('with an index column that has no name: left out, unless it is chosen', () => {
    expect(read(',x,y\n0,1,a\n1,2,b').dataset).toMatchObject({ n: 2, d: 1 });
    expect(read(',x,y\n0,1,a\n1,2,b', { columns: { 1: { role: 'feature' } } }).dataset).toMatchObject({ n: 2, d: 2 });
  });
  it('few whole numbers are classes in ascending order, others a regression, unless said otherwise', () => {
    expect(read('1,7\n2,-3\n3,7').dataset).toMatchObject({ kind: 'classification', y: Uint32Array.of(1, 0, 1), classNames: ['-3', '7'] });
    expect(read('1,7\n2,-3\n3,7', { task: 'numbers' }).dataset).toMatchObject({ kind: 'regression', y: Float64Array.of(7, -3, 7) });
    expect(read('1,0.5\n2,-3\n3,7').dataset.kind).toBe('regression');
    expect(read(lines(20, (i) => `${i},${i}`)).dataset.kind).toBe('classification');
    expect(read(lines(21, (i) => `${i},${i}`)).dataset.kind).toBe('regression');
    expect(
      read(
        lines(21, (i) => `${i},${i}`),
        { task: 'classes' },
      ).dataset.kind,
    ).toBe('classification');
  });

  it.each<[string, string, Partial<TableOptions>, RegExp]>([
    [
      'a missing value, if asked for',
      'x,y,c\n1,2,a\n3,,b',
      { missing: 'refuse' },
      /row 3: column 2 \("y"\) has no value \(""\)\. Fill it in/,
    ],
    ['a missing value by another name', '1,2,a\nNA,4,b', { missing: 'refuse' }, /row 2: column 1 \("column 1"\) has no value \("NA"\)/],
    ['a text feature', 'x,y,c\n1,2,a\nred,2,b', {}, /row 3: column 1 \("x"\) holds "red"; features are finite numbers/],
    ['an infinite feature', '1,a\n1e999,b', {}, /row 2: column 1 .* holds "1e999"/],
    ['a missing target', 'x,c\n1,a\n2,\n3,b', {}, /row 3: the target, column 2 \("c"\), is empty/],
    ['a ragged row', '1,2,a\n3,b', {}, /row 2: 3 cells expected, as in row 1, got 2/],
    ['one class', '1,a\n2,a', {}, /every example has the target "a"/],
    ['one number', '1,3\n2,3', { task: 'numbers' }, /every example has the target 3/],
    [
      'too many classes',
      lines(1001, (i) => `${i},id${i}`),
      {},
      /more than 1000 distinct labels among the first 1001 examples; at most 1000/,
    ],
    ['text to regress on', 'x,y\n1,2\n3,big', { task: 'numbers' }, /row 3, column 2 \("y"\) holds "big", which is not a finite number/],
    ['fractions as classes', '1,0.5\n2,1', { task: 'classes' }, /the targets hold 0\.5; numbers that are classes are whole/],
    ['a header only', 'x,y', {}, /a header but no examples/],
    ['nothing', '', {}, /the file is empty/],
    ['one column', 'x\n1', {}, /one column only/],
    ['an open quote', '1,"a\n2,b', {}, /a quote is never closed/],
  ])('%s: refused', (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(FormatError);
    expect(() => read(text, options)).toThrow(message);
  });
  it.each([-1, 4, 1.5])('target column %d of 3: refused', (target) => {
    expect(() => read('1,2,3\n4,5,6', { target })).toThrow(ConfigError);
    expect(() => read('1,2,3\n4,5,6', { target })).toThrow(/the file has 3 columns\. Choose 1 to 3, or 0 for the last/);
  });
  it('with a labels file, or too large: refused', () => {
    expect(() => readTable(csv('1,2'), npy('y.npy', [1], [0]), OPTIONS)).toThrow(
      /target is one of its columns; remove the labels file 'y\.npy'/,
    );
    const large = { byteLength: 2 ** 28 + 2 ** 20, 0: 0x31 } as unknown as Uint8Array; // only its size is looked at
    expect(() => readTable({ name: 'l.csv', data: large }, undefined, OPTIONS)).toThrow(
      /'l\.csv' has 257 MiB, this reads up to 256 MiB\. Keep fewer rows/,
    );
  });
});

describe('arrays', () => {
  const x = npy('x.npy', [3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  it('NPY: axes after the first are features; labels by their numbers', () => {
    const { dataset, understood } = readTable(x, npy('y.npy', [3], [5, 2, 5]), OPTIONS);
    expect(dataset).toMatchObject({ kind: 'classification', n: 3, d: 4, y: Uint32Array.of(1, 0, 1), classNames: ['2', '5'] });
    expect(understood).toBe(`'x.npy': 3 examples of 4 features; labels 'y.npy': 2 classes (2, 5), numbered in ascending order.`);
  });
  it('NPY: fractions, and several numbers each, are a regression', () => {
    expect(readTable(x, npy('y.npy', [3, 1], [0.5, 1, 2]), OPTIONS).dataset).toMatchObject({ kind: 'regression', outputs: 1 });
    expect(readTable(x, npy('y.npy', [3, 2], [1, 2, 3, 4, 5, 6]), OPTIONS).dataset).toMatchObject({ kind: 'regression', outputs: 2 });
  });
  it('IDX: images and labels, whatever their names', () => {
    const { dataset } = readTable(idx('train-images', [2, 1, 2], [0, 255, 7, 9]), idx('train-labels', [2], [3, 1]), OPTIONS);
    expect([[...dataset.x], [...dataset.y]]).toEqual([
      [0, 255, 7, 9],
      [1, 0],
    ]);
  });
  it.each<[string, TableFile, TableFile | undefined, RegExp]>([
    ['no labels', x, undefined, /'x\.npy' holds features only\. Add its labels/],
    ['labels of another length', x, npy('y.npy', [2], [0, 1]), /'x\.npy' has 3 examples, 'y\.npy' labels for 2/],
    ['labels that are text', x, csv('1\n2'), /'a\.csv' is neither NPY nor IDX/],
    ['a missing value', npy('x.npy', [2, 2], [1, 2, NaN, 4]), npy('y.npy', [2], [0, 1]), /'x\.npy': value 0 of example 1 .* is NaN/],
    ['one class', x, npy('y.npy', [3], [1, 1, 1]), /every example has the target "1"/],
    ['a scalar', npy('x.npy', [], [1]), npy('y.npy', [1], [0]), /the shape \[\], which holds no examples/],
    [
      'a compressed file',
      { name: 'x.gz', data: Uint8Array.of(0x1f, 0x8b, 8, 0) },
      npy('y.npy', [1], [0]),
      /gzip: the file is truncated in its header: 4 bytes/,
    ],
    ['a file cut short', { ...x, data: x.data.subarray(0, -1) }, npy('y.npy', [3], [0, 1, 0]), /truncated/],
  ])('%s: refused', (_, file, labels, message) => {
    expect(() => readTable(file, labels, OPTIONS)).toThrow(message);
  });
});
