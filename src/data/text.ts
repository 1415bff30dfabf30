/** A file's bytes as text, piece by piece, so that a large file is never held as one string; what is no text is called what it is. */
import { FormatError } from '../core/errors';

export type TextInput = string | Uint8Array | ArrayBuffer;
/** `auto`: by the byte order mark, else UTF-8. */
export type TextEncoding = 'auto' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const refuse = (message: string): never => {
  throw new FormatError('csv', message);
};

const ZIP = 'a ZIP archive (as .npz and .xlsx are); extract its arrays, or save the sheet as CSV';
const SHEET = 'a spreadsheet; save the sheet as CSV';
/** By the first characters, each one byte. */
const CONTAINERS: readonly (readonly [start: string, what: string])[] = [
  ['PK\x03\x04', ZIP],
  ['PK\x05\x06', ZIP],
  ['\x1f\x8b', 'compressed with gzip; decompress it'],
  ['BZh', 'compressed with bzip2; decompress it'],
  ['\xfd7zXZ', 'compressed with xz; decompress it'],
  ['\x28\xb5\x2f\xfd', 'compressed with Zstandard; decompress it'],
  ['7z\xbc\xaf', 'a 7z archive; extract it'],
  ['Rar!', 'a RAR archive; extract it'],
  ['PAR1', 'a Parquet file; export it as CSV'],
  ['ARROW1', 'an Arrow file; export it as CSV'],
  ['FEA1', 'a Feather file; export it as CSV'],
  ['Obj\x01', 'an Avro file; export it as CSV'],
  ['ORC', 'an ORC file; export it as CSV'],
  ['\x89HDF', 'an HDF5 file; export its tables as CSV or NPY'],
  ['CDF', 'a NetCDF file; export its tables as CSV or NPY'],
  ['MATLAB 5.0', 'a MATLAB file; export its arrays as CSV or NPY'],
  ['SQLite format 3', 'an SQLite database; export a table as CSV'],
  ['\xd0\xcf\x11\xe0', SHEET],
  ['%PDF', 'a PDF'],
  ['\x89PNG', 'an image'],
  ['\xff\xd8\xff', 'an image'],
  ['GIF8', 'an image'],
  ['version https://git-lfs', 'a pointer of Git LFS, not the file itself; fetch that with `git lfs pull`'],
];
const JSON_TEXT = 'JSON; export it as CSV';
/** Texts that are no tables, by their first characters that are no spaces, in lower case. */
const OTHER_TEXTS: readonly (readonly [start: string, what: string])[] = [
  ['{"', JSON_TEXT],
  ['[{', JSON_TEXT],
  ['[[', JSON_TEXT],
  ['<!doctype', 'a web page, perhaps one that asks to sign in; download the file itself'],
  ['<html', 'a web page, perhaps one that asks to sign in; download the file itself'],
  ['<?xml', 'XML; export it as CSV'],
  ['@relation', 'an ARFF file; save it as CSV'],
];

const bytesOf = (input: Uint8Array | ArrayBuffer): Uint8Array => (input instanceof Uint8Array ? input : new Uint8Array(input));

/** Throws FormatError for archives, columnar files, images and other files that are no table of text, saying what they are. */
export const refuseContainers = (input: TextInput): void => {
  const start = typeof input === 'string' ? input.slice(0, 64) : String.fromCharCode(...bytesOf(input).subarray(0, 64));
  const text = start
    .replace(/^\xef\xbb\xbf|^\uFEFF/, '')
    .trimStart()
    .toLowerCase();
  // A column may be called PAR1: marks that are letters count only before bytes that no text has.
  const isText = !/[^\t\n\r\x20-\x7e]/.test(start);
  const container = CONTAINERS.find(([mark]) => start.startsWith(mark) && !(isText && /^[A-Z0-9 .!]+$/i.test(mark)));
  const found = container ?? OTHER_TEXTS.find(([mark]) => text.startsWith(mark));
  if (found) refuse(`this is no table of text but ${found[1]}`);
};

const MARKS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const;

/** Bytes that are looked at for zeros. */
const LOOKED_AT = 4096;

/** Throws FormatError where zeros among the first bytes say that this is no UTF-8: UTF-16 without its mark, UTF-32, no text at all. */
const refuseZeros = (bytes: Uint8Array): void => {
  const zeros = [0, 0];
  const head = bytes.subarray(0, LOOKED_AT);
  for (let at = 0; at < head.length; at++) if (head[at] === 0) zeros[at % 2]!++;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return;
  if (even === 0 || odd === 0)
    refuse(`the file looks like UTF-16 (${even === 0 ? 'little' : 'big'}-endian) without a byte order mark; save it as UTF-8`);
  refuse(`${even + odd} of the file's first ${head.length} bytes are zero, so it is no UTF-8 text; save it as UTF-8`);
};

export const encodingOf = (input: TextInput, asked: TextEncoding = 'auto'): Exclude<TextEncoding, 'auto'> => {
  if (typeof input === 'string') return 'utf-8';
  const bytes = bytesOf(input);
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
  const encoding = asked === 'auto' ? (marked ?? 'utf-8') : asked;
  if (encoding === 'utf-8' || encoding === 'windows-1252') refuseZeros(bytes);
  return encoding;
};

/** Bytes, or characters of a string, of the first piece. */
export const PIECE = 2 ** 20;

/** Piece after piece of the text, without a byte order mark; the caller says how long the next one is to be, which `done` ends. */
export interface Pieces {
  /** The next piece of about `length` bytes; undefined at the end. Throws FormatError for bytes that are not of the encoding. */
  readonly next: (length: number) => string | undefined;
}

const piecesOfString = (text: string): Pieces => {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  return {
    next: (length) => {
      if (at >= text.length) return undefined;
      const piece = text.slice(at, at + length);
      at += length;
      return piece;
    },
  };
};

export const piecesOf = (input: TextInput, asked: TextEncoding = 'auto'): Pieces => {
  if (typeof input === 'string') return piecesOfString(input);
  const encoding = encodingOf(input, asked);
  const bytes = bytesOf(input);
  const decoder = new TextDecoder(encoding, { fatal: true }); // drops a byte order mark
  const name = encoding.toUpperCase();
  let at = 0;
  return {
    next: (length) => {
      if (at >= bytes.length) return undefined;
      const piece = bytes.subarray(at, at + length);
      try {
        const text = decoder.decode(piece, { stream: at + length < bytes.length });
        at += length;
        return text;
      } catch {
        return refuse(
          `the file is not ${name} text: there is a wrong byte among bytes ${at + 1} to ${at + piece.length}; save it as UTF-8`,
        );
      }
    },
  };
};

/** A copy of its own: a slice would keep the whole piece that it was cut from in memory. */
export const detached = (text: string): string => ` ${text}`.slice(1);
