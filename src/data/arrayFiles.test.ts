/** Arrays of a reader's own files: compressed, in archives, one-hot; and what is none is called by its name. */
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { fileKind } from './fileKind';
import { toFloat64 } from './ndarray';
import { writeNpy } from './npy';
import { readTable, type TableFile, type TableTask } from './table';

const array = (shape: readonly number[], values: readonly number[]): Uint8Array =>
  writeNpy({ dtype: 'i4', shape, data: Int32Array.from(values) });
const X = array([3, 2], [1, 2, 3, 4, 5, 6]);
const Y = array([3], [7, 5, 7]);
const ONE_HOT = array([3, 4], [0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]);
const npz = (arrays: Readonly<Record<string, Uint8Array>>, name = 'a.npz'): TableFile => ({
  name,
  data: zipSync(Object.fromEntries(Object.entries(arrays).map(([key, data]) => [`${key}.npy`, data]))),
});
const file = (name: string, data: Uint8Array): TableFile => ({ name, data });
const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const read = (f: TableFile, labels?: TableFile, task: TableTask = 'auto') => readTable(f, labels, { target: 0, task });
/** What the array X with the labels Y is read as. */
const MEANT = {
  kind: 'classification',
  n: 3,
  d: 2,
  x: Float64Array.of(1, 2, 3, 4, 5, 6),
  y: Uint32Array.of(1, 0, 1),
  classNames: ['5', '7'],
};

describe('an archive of arrays', () => {
  it.each([
    ['x', 'y'],
    ['X', 'Y'],
    ['x_train', 'y_train'],
    ['data', 'target'],
    ['X', 'labels'],
    ['features', 'label'],
  ])('%s and %s', (x, y) => {
    expect(read(npz({ [y]: Y, [x]: X })).dataset).toMatchObject(MEANT);
  });
  it('says which arrays it took and which it left', () => {
    const { understood } = read(npz({ x_train: X, y_train: Y, x_test: X, names: latin1('no array') }));
    expect(understood).toBe(
      `x_train of 'a.npz': 3 examples of 2 features; labels y_train of 'a.npz': 2 classes (5, 7), numbered in ascending order. ` +
        `Not used: x_test, names.`,
    );
  });
  it('with the labels in a second file, an archive or not; a single array needs no name', () => {
    for (const labels of [file('y.npy', Y), npz({ arr_0: Y }), npz({ names: Y, y: Y }), file('y.npy.gz', gzipSync(Y))])
      expect(read(npz({ arr_0: X }), labels).dataset).toMatchObject(MEANT);
    expect(read(file('x.npy', X), npz({ y: Y })).dataset).toMatchObject(MEANT);
  });
  it.each<[string, TableFile, TableFile | undefined, RegExp]>([
    [
      'names that say nothing',
      npz({ a: X, b: Y }),
      undefined,
      /'a\.npz' holds a \(i4 \[3,2\]\), b \(i4 \[3\]\): none is known by its name to be the features\./,
    ],
    [
      'no labels among them',
      npz({ x: X, b: Y }),
      undefined,
      /none is known by its name to be the labels.*numpy\.savez\('xy\.npz', x=…, y=…\)/,
    ],
    ['two for features', npz({ x: X, data: X, y: Y }), undefined, /more than one is known by its name to be the features/],
    ['two for labels', npz({ x: X, y: Y, Y }), undefined, /more than one is known by its name to be the labels/],
    ['labels in a second file too', npz({ x: X, y: Y }), file('l.npy', Y), /labels of its own \(y\); remove the labels file 'l\.npy'/],
    ['a single array and no labels', npz({ x: X }), undefined, /'a\.npz' holds features only/],
    [
      'other numbers of examples',
      npz({ x: X, y: array([2], [0, 1]) }),
      undefined,
      /x of 'a\.npz' has 3 examples, y of 'a\.npz' labels for 2/,
    ],
  ])('%s: refused', (_, f, labels, message) => {
    expect(() => read(f, labels)).toThrow(ConfigError);
    expect(() => read(f, labels)).toThrow(message);
  });
  it('whose features are no numbers is refused for that array', () => {
    expect(() => read(npz({ x: latin1('none'), y: Y }))).toThrow(FormatError);
  });
});

describe('compressed with gzip', () => {
  it('IDX images and labels, as MNIST is distributed', () => {
    const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 7, 9);
    const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 1);
    const { dataset } = read(file('t10k-images-idx3-ubyte.gz', gzipSync(images)), file('t10k-labels-idx1-ubyte.gz', gzipSync(labels)));
    expect(dataset).toMatchObject({ n: 2, d: 2, x: Float64Array.of(0, 255, 7, 9), y: Uint32Array.of(1, 0) });
  });
  it('a table', () => {
    expect(read(file('t.csv.gz', gzipSync(text('a,c\n1,u\n2,v\n')))).dataset).toMatchObject({ n: 2, d: 1, classNames: ['u', 'v'] });
  });
  it('twice, or another format: refused', () => {
    expect(() => read(file('x', gzipSync(gzipSync(X))), file('y', Y))).toThrow("'x' is compressed twice");
    expect(() => read(file('x', gzipSync(latin1('\x89PNG\r\n\x1a\n'))))).toThrow('a PNG image');
  });
});

describe('one-hot labels', () => {
  const x = file('x.npy', X);
  it('are classes, by column, all of them', () => {
    const { dataset, understood } = read(x, file('y.npy', ONE_HOT));
    expect(dataset).toMatchObject({ kind: 'classification', classes: 4, y: Uint32Array.of(1, 3, 1), classNames: ['0', '1', '2', '3'] });
    expect(understood).toContain('4 classes (0, 1, 2, 3), numbered by column, one-hot.');
    expect(read(x, file('y.npy', ONE_HOT), 'classes').dataset).toEqual(dataset);
  });
  it('are numbers where numbers are asked for', () => {
    expect(read(x, file('y.npy', ONE_HOT), 'numbers').dataset).toMatchObject({ kind: 'regression', outputs: 4 });
  });
  it.each([
    ['two ones', [1, 1, 0, 1, 1, 0]],
    ['no one', [1, 0, 0, 0, 1, 0]],
    ['a two', [1, 0, 0, 2, 1, 0]],
  ])('with %s in a row are none', (_, values) => {
    const y = file('y.npy', array([3, 2], values));
    expect(read(x, y).dataset).toMatchObject({ kind: 'regression', outputs: 2 });
    expect(() => read(x, y, 'classes')).toThrow(/'y\.npy' has 2 values an example, which are not one-hot/);
  });
  it('of one class are refused', () => {
    expect(() => read(x, file('y.npy', array([3, 2], [0, 1, 0, 1, 0, 1])))).toThrow('every example has the target "1"');
  });
});

/** An archive of files with these names. */
const zipOf = (...names: string[]): Uint8Array => zipSync(Object.fromEntries(names.map((name) => [name, text('?')])));
describe('a file that is not read is called by its name, with the way out', () => {
  it.each([
    ['a Parquet file', latin1('PAR1\x15\x04\x15\x80'), `pandas.read_parquet("my file").to_csv('data.csv', index=False)`],
    ['an Arrow (Feather) file', latin1('ARROW1\0\0\xff'), 'read_feather'],
    ['a Feather file', latin1('FEA1\0\0\0\0'), 'read_feather'],
    ['an ORC file', latin1('ORC\x0a\x12\0ORC\x18'), 'read_orc'],
    [
      'a PNG image',
      latin1('\x89PNG\r\n\x1a\n'),
      `numpy.save('x.npy', numpy.stack([numpy.asarray(PIL.Image.open(f)) for f in ["my file", …]]))`,
    ],
    ['a JPEG image', latin1('\xff\xd8\xff\xe0'), 'PIL.Image.open'],
    ['a GIF image', latin1('GIF89a\x01'), 'PIL.Image.open'],
    ['a WebP image', latin1('RIFF\x10\0\0\0WEBPVP8 '), 'PIL.Image.open'],
    ['a TIFF image', latin1('MM\0*\0\0'), 'PIL.Image.open'],
    ['a PDF', latin1('%PDF-1.7'), 'as CSV'],
    ['an HDF5 file', latin1('\x89HDF\r\n\x1a\n'), `h5py.File("my file")['x'][:]`],
    ['a MATLAB 7.3 file', latin1('MATLAB 7.3 MAT-file, Platform'), 'h5py.File'],
    ['a MATLAB file', latin1('MATLAB 5.0 MAT-file, Platform'), `scipy.io.loadmat("my file")['x']`],
    ['an Excel file', latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), 'pandas.read_excel("my file")'],
    ['an Excel file', zipOf('[Content_Types].xml', 'xl/workbook.xml'), 'pandas.read_excel("my file")'],
    ['an OpenDocument file', zipOf('mimetype', 'content.xml'), 'pandas.read_excel("my file")'],
    ['a PyTorch file', zipOf('archive/data.pkl', 'archive/data/0'), 'torch.load("my file").numpy()'],
    ['a Keras model', zipOf('config.json', 'model.weights.h5'), 'Choose the data'],
    ['a zip archive of a.csv, b.csv', zipOf('a.csv', 'b.csv'), 'Extract it'],
    ['a pickle', latin1('\x80\x04\x95\x10\0'), `pickle.load(open("my file", 'rb'))`],
    ['an SQLite database', latin1('SQLite format 3\0'), 'as CSV'],
    ['compressed with bzip2', latin1('BZh91AY&SY'), 'bz2.open("my file").read()'],
    ['compressed with xz', latin1('\xfd7zXZ\0'), 'lzma.open("my file").read()'],
    ['compressed with Zstandard', latin1('\x28\xb5\x2f\xfd'), 'zstd -d'],
    ['a 7z archive', latin1('7z\xbc\xaf\x27\x1c'), 'Extract it'],
    ['a tar archive', latin1(`a.csv${'\0'.repeat(252)}ustar`), 'Extract it'],
    ['a safetensors file, which holds weights', latin1('\x40\0\0\0\0\0\0\0{"a":'), 'safetensors.numpy.load_file("my file")'],
  ])('%s', (what, data, wayOut) => {
    const says = `'my file' is ${what}, which is not read. `;
    for (const act of [
      () => read(file('my file', data)),
      () => read(file('my file', data), file('y', Y)),
      () => read(file('x', X), file('my file', data)),
    ]) {
      expect(act).toThrow(FormatError);
      expect(act).toThrow(says);
      expect(act).toThrow(wayOut);
    }
  });
  it('a zip archive that is cut short', () => {
    expect(() => read(file('x', latin1('PK\x03\x04\x14\0\0')))).toThrow('the zip archive is cut short');
  });
  it.each([
    'PAR1,PAR2\n',
    'ORC;ELF\n',
    'FEA1,FEA2\n',
    'BZh,1AY\n',
    'MM,II\n',
    'RIFF\tX\n',
    '%PDF,a',
    'PAR1',
    'MATLAB,R\n',
    '',
    'PK,b\n',
    '7z,a\n',
    '{',
  ])('but a table that starts with %j is a table', (start) => {
    expect(fileKind(file('t.csv', text(start)))).toBe('text');
  });
});

it('an array of more values than float64 has room for is refused before it is converted', () => {
  const many = { name: 'x', data: Uint8Array.of(0, 0, 8, 2, 4, 0, 0, 0, 0, 0, 0, 2) };
  const data = new Uint8Array(12 + 2 ** 27);
  data.set(many.data);
  expect(() => read({ ...many, data }, file('y', Y))).toThrow(
    /'x' has the shape \[67108864,2\], 134217728 values; up to 67108864 are read/,
  );
});
it('a value that float32 does not hold is refused by its place', () => {
  const large = writeNpy({ dtype: 'f8', shape: [3, 2], data: Float64Array.of(1, 2, 3.4e38, -1e39, 5, 6) });
  expect(() => read(file('x.npy', large), file('y.npy', Y))).toThrow(
    "'x.npy': value 1 of example 1 (both from 0) is -1e+39, too large for float32",
  );
});
it('64-bit integers that float64 does not hold are named by their place', () => {
  expect(() => toFloat64({ dtype: 'u8', shape: [2], data: BigUint64Array.of(1n, 2n ** 53n + 1n) })).toThrow(
    'element 1 is 9007199254740993',
  );
});
