/** What a reader's own file is, by its bytes and not by its name; what is not read is called by its own, with the way out. */
import { FormatError } from '../core/errors';
import { isGzip } from './gzip';
import { isZip, zipEntries } from './zip';

export interface TableFile {
  readonly name: string;
  readonly data: Uint8Array;
}
/** text: anything that is no other. */
export type FileKind = 'text' | 'npy' | 'idx' | 'npz' | 'gzip';

/** How to make of a file called `f`, quoted for Python, one that is read. */
type WayOut = (f: string) => string;
const python = (line: string): string => `In Python: ${line}`;
const saved = (array: string, imports: string): string => python(`import numpy, ${imports}; numpy.save('x.npy', ${array})`);
const asCsv: (reader: string) => WayOut = (reader) => (f) =>
  python(`import pandas; pandas.${reader}(${f}).to_csv('data.csv', index=False)`);
const images: WayOut = (f) =>
  saved(`numpy.stack([numpy.asarray(PIL.Image.open(f)) for f in [${f}, …]])`, 'PIL.Image') + ', and the labels as a second file';
const decompressed: (module: string) => WayOut = (module) => (f) =>
  python(`import ${module}; open('data.csv', 'wb').write(${module}.open(${f}).read())`);

interface Foreign {
  readonly what: string;
  readonly starts: (bytes: Uint8Array) => boolean;
  readonly wayOut: WayOut;
}
const bytesAt = (bytes: Uint8Array, at: number, expected: string): boolean =>
  [...expected].every((c, i) => bytes[at + i] === c.charCodeAt(0));
const magic =
  (expected: string, at = 0) =>
  (bytes: Uint8Array): boolean =>
    bytesAt(bytes, at, expected);
/** Columns may be called PAR1 too: in the file no text follows. */
const isParquet = (bytes: Uint8Array): boolean => bytesAt(bytes, 0, 'PAR1') && /[^\t\r\n -~]/.test(String.fromCharCode(bytes[4] ?? 0x20));

const HDF: WayOut = (f) => saved(`h5py.File(${f})['x'][:]`, 'h5py') + ", with the data set's own name for x";
const FOREIGN: readonly Foreign[] = [
  { what: 'a Parquet file', starts: isParquet, wayOut: asCsv('read_parquet') },
  { what: 'an Arrow (Feather) file', starts: magic('ARROW1\0'), wayOut: asCsv('read_feather') },
  { what: 'a Feather file', starts: magic('FEA1\0'), wayOut: asCsv('read_feather') },
  {
    what: 'an ORC file',
    starts: (b) => bytesAt(b, 0, 'ORC') && b.length > 7 && bytesAt(b, b.length - 4, 'ORC'),
    wayOut: asCsv('read_orc'),
  },
  { what: 'a PNG image', starts: magic('\x89PNG'), wayOut: images },
  { what: 'a JPEG image', starts: magic('\xff\xd8\xff'), wayOut: images },
  { what: 'a GIF image', starts: (b) => bytesAt(b, 0, 'GIF87a') || bytesAt(b, 0, 'GIF89a'), wayOut: images },
  { what: 'a WebP image', starts: (b) => bytesAt(b, 0, 'RIFF') && bytesAt(b, 8, 'WEBP'), wayOut: images },
  { what: 'a TIFF image', starts: (b) => bytesAt(b, 0, 'II*\0') || bytesAt(b, 0, 'MM\0*'), wayOut: images },
  { what: 'a PDF', starts: magic('%PDF-'), wayOut: () => 'Save its table as CSV' },
  { what: 'an HDF5 file', starts: magic('\x89HDF\r\n'), wayOut: HDF },
  { what: 'a MATLAB 7.3 file', starts: magic('MATLAB 7.3 MAT-file'), wayOut: HDF },
  { what: 'a MATLAB file', starts: magic('MATLAB 5.0 MAT-file'), wayOut: (f) => saved(`scipy.io.loadmat(${f})['x']`, 'scipy.io') },
  { what: 'an Excel file', starts: magic('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), wayOut: asCsv('read_excel') },
  {
    what: 'a pickle',
    starts: (b) => b[0] === 0x80 && b[1]! >= 2 && b[1]! <= 5,
    wayOut: (f) => saved(`pickle.load(open(${f}, 'rb'))`, 'pickle') + '. A pickle can run any code: open only one that you trust',
  },
  { what: 'an SQLite database', starts: magic('SQLite format 3\0'), wayOut: () => 'Export its table as CSV' },
  { what: 'compressed with bzip2', starts: (b) => bytesAt(b, 0, 'BZh') && bytesAt(b, 4, '1AY&SY'), wayOut: decompressed('bz2') },
  { what: 'compressed with xz', starts: magic('\xfd7zXZ\0'), wayOut: decompressed('lzma') },
  { what: 'compressed with Zstandard', starts: magic('\x28\xb5\x2f\xfd'), wayOut: () => 'Decompress it with zstd -d' },
  { what: 'a 7z archive', starts: magic('7z\xbc\xaf\x27\x1c'), wayOut: () => 'Extract it, and choose one of its files' },
  { what: 'a tar archive', starts: magic('ustar', 257), wayOut: () => 'Extract it, and choose one of its files' },
  {
    what: 'a safetensors file, which holds weights',
    starts: (b) => b[8] === 0x7b && b.length > 9 && bytesAt(b, 4, '\0\0\0\0'),
    wayOut: (f) => saved(`safetensors.numpy.load_file(${f})['x']`, 'safetensors.numpy') + ' makes an array of one of its tensors',
  },
];

const refuse = (what: string, { name }: TableFile, wayOut: WayOut): never => {
  throw new FormatError('file', `'${name}' is ${what}, which is not read. ${wayOut(JSON.stringify(name))}`);
};

/** What zip archives are by what they hold. */
const zipKind = (file: TableFile): 'npz' => {
  const names = zipEntries(file.data).map(({ name }) => name);
  const holds = (test: RegExp): boolean => names.some((name) => test.test(name));
  if (holds(/\.npy$/)) return 'npz';
  if (holds(/^xl\//)) return refuse('an Excel file', file, asCsv('read_excel'));
  if (holds(/^content\.xml$/)) return refuse('an OpenDocument file', file, asCsv('read_excel'));
  if (holds(/(^|\/)data\.pkl$/)) return refuse('a PyTorch file', file, (f) => saved(`torch.load(${f}).numpy()`, 'torch'));
  if (holds(/^model\.weights\.h5$/)) return refuse('a Keras model', file, () => 'Choose the data that it was trained on');
  const listed = names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  return refuse(`a zip archive of ${listed || 'nothing'}`, file, () => 'Extract it, and choose one of its files');
};

/**
 * Throws FormatError for a file that is not read, saying what it is and how to convert it. An IDX file starts with two zeros, which no
 * text does.
 */
export const fileKind = (file: TableFile): FileKind => {
  const { data } = file;
  if (bytesAt(data, 0, '\x93N')) return 'npy';
  if (isGzip(data)) return 'gzip';
  if (isZip(data)) return zipKind(file);
  const foreign = FOREIGN.find(({ starts }) => starts(data));
  if (foreign) return refuse(foreign.what, file, foreign.wayOut);
  return data[0] === 0 && data[1] === 0 ? 'idx' : 'text';
};
