/**
 * The header of a .npy file (NumPy Enhancement Proposal 1): magic, version, header length, and a Python dictionary literal with
 * the keys descr, fortran_order and shape.
 */
import { FormatError } from '../core/errors';
import type { Shape } from '../core/shape';
import { ITEM_BYTES, type DType } from './ndarray';

/** f2 is float16, which is read as f4. */
export const NPY_ITEM_BYTES = { ...ITEM_BYTES, f2: 2 } as const;
export type NpyDType = DType | 'f2';

export interface NpyHeader {
  readonly dtype: NpyDType;
  readonly littleEndian: boolean;
  /** Elements are in column-major order. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
}

export type NpyVersion = 1 | 2 | 3;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy itself makes no array of more axes. */
const MAX_RANK = 64;
/** NumPy's own limit (max_header_size of its reader). */
const MAX_HEADER = 10_000;
/** Bytes before the elements at most: magic, version and length too. */
export const MAX_HEADER_END = 12 + MAX_HEADER;
const ALIGNMENT = 64;

const fail = (message: string): never => {
  throw new FormatError('npy', message);
};

/** Long garbage would drown the message. */
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

const TOKEN = /\s*(?:'([^'\\]*)'|"([^"\\]*)"|(True|False|\d+L?|[{}()[\],:]))/y;
type Token = { readonly text: string; readonly isString: boolean };

const tokens = (source: string): readonly Token[] => {
  const pattern = new RegExp(TOKEN); // a copy, for its own lastIndex
  const text = source.trimEnd();
  const out: Token[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) return fail(`the header is not a Python dictionary at character ${at}: ${quoted(text)}`);
    const string = match[1] ?? match[2];
    out.push({ text: string ?? match[3]!, isString: string !== undefined });
  }
  return out;
};

/** The tokens of each value, by key. Brackets keep commas of a tuple from ending it. */
const entries = (source: string): ReadonlyMap<string, readonly Token[]> => {
  const all = tokens(source);
  const punctuation = (token: Token | undefined): string => (token && !token.isString ? token.text : '');
  if (punctuation(all[0]) !== '{' || punctuation(all.at(-1)) !== '}' || all.length < 2)
    fail(`the header is not a dictionary: ${quoted(source)}`);
  const found = new Map<string, readonly Token[]>();
  let at = 1;
  while (at < all.length - 1) {
    const key = all[at]!;
    if (!key.isString || punctuation(all[at + 1]) !== ':') fail(`the header is not a dictionary with string keys: ${quoted(source)}`);
    if (found.has(key.text)) fail(`the header gives '${key.text}' twice`);
    const start = (at += 2);
    for (let depth = 0; at < all.length - 1; at++) {
      const p = punctuation(all[at]);
      if (p === ',' && depth === 0) break;
      if (p === '(' || p === '[' || p === '{') depth++;
      if (p === ')' || p === ']' || p === '}') depth--;
    }
    found.set(key.text, all.slice(start, at));
    at++;
  }
  return found;
};

/** What an array of another kind is, by the first letter of its type, and how to save it as numbers. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  U: 'texts. If they are labels, save numpy.unique(y, return_inverse=True)[1]',
  S: 'texts. If they are labels, save numpy.unique(y, return_inverse=True)[1]',
  O: 'Python objects. If they are numbers, save y.astype(float)',
  c: 'complex numbers. Save their parts, numpy.stack([z.real, z.imag], -1)',
  M: 'dates. Save them as numbers, t.astype(int)',
  m: 'durations. Save them as numbers, t.astype(int)',
};

const parseDescr = (value: readonly Token[]): Pick<NpyHeader, 'dtype' | 'littleEndian'> => {
  const [only] = value;
  if (value.length !== 1 || !only?.isString)
    return fail(`unsupported dtype ${quoted(value.map((t) => t.text).join(' '))}: only plain numbers are read, no structured arrays`);
  const order = only.text[0];
  const name = only.text.slice(1);
  const supported = Object.keys(NPY_ITEM_BYTES) as NpyDType[];
  const dtype = supported.find((d) => d === name);
  const knownOrder = order === '<' || order === '>' || (order === '|' && dtype !== undefined && NPY_ITEM_BYTES[dtype] === 1);
  if (!dtype || !knownOrder) {
    const hint = WAYS_OUT[name[0] ?? ''];
    const known = `supported are ${supported.join(' ')}, with < or > for the byte order`;
    return fail(`unsupported dtype ${quoted(only.text)}${hint ? `: ${hint}` : ''}; ${known}`);
  }
  return { dtype, littleEndian: order !== '>' };
};

const parseShape = (value: readonly Token[]): Shape => {
  const text = value.map((t) => (t.isString ? '?' : t.text)).join('');
  // A tuple: (), (3,), (3,4), (3,4,). Python 2 wrote long integers with an L.
  if (!/^\((?:\d+L?,(?:\d+L?,)*(?:\d+L?)?)?\)$/.test(text)) return fail(`the shape is not a tuple of whole numbers: ${quoted(text)}`);
  const axes = (text.match(/\d+/g) ?? []).map(Number);
  if (axes.length > MAX_RANK) return fail(`the array has ${axes.length} axes; ${MAX_RANK} is the most`);
  const huge = axes.find((axis) => !Number.isSafeInteger(axis));
  return huge === undefined ? axes : fail(`an axis of length ${huge} is longer than any file`);
};

const parseDictionary = (source: string): NpyHeader => {
  const found = entries(source);
  const need = (key: string): readonly Token[] => found.get(key) ?? fail(`the header has no '${key}': ${quoted(source)}`);
  const [descr, order, shape] = [need('descr'), need('fortran_order'), need('shape')];
  const extra = [...found.keys()].find((key) => !['descr', 'fortran_order', 'shape'].includes(key));
  if (extra !== undefined) fail(`the header has an unknown key ${quoted(extra)}`);
  const flag = order.length === 1 && !order[0]!.isString ? order[0]!.text : '';
  if (flag !== 'True' && flag !== 'False') fail(`fortran_order is neither True nor False: ${quoted(order.map((t) => t.text).join(' '))}`);
  return { ...parseDescr(descr), fortranOrder: flag === 'True', shape: parseShape(shape) };
};

/** The header and where the elements start. Throws FormatError for anything that is not a .npy header of version 1, 2 or 3. */
export const decodeNpyHeader = (bytes: Uint8Array): { readonly header: NpyHeader; readonly end: number } => {
  if (bytes.length === 0) fail('the file is empty');
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) fail('this is a zip archive, probably .npz, of which this reads a single array at a time');
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte))
    fail('the magic number \\x93NUMPY is missing: this is not a .npy file');
  const [major, minor] = [bytes[6], bytes[7]];
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < 8) return fail(`the file is truncated in its header: ${bytes.length} bytes`);
  if ((major !== 1 && major !== 2 && major !== 3) || minor !== 0)
    return fail(`version ${major}.${minor} is unknown; 1.0, 2.0 and 3.0 are read`);
  if (bytes.length < start) return fail(`the file is truncated in its header: ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = start + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) fail(`the file is truncated in its header: it says ${end - start} bytes, ${bytes.length - start} follow`);
  if (end - start > MAX_HEADER) fail(`the header has ${end - start} bytes; ${MAX_HEADER} is the most`);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, end));
  return { header: parseDictionary(text), end };
};

/** The bytes before the elements, padded with spaces so that the elements start at a multiple of 64. */
export const encodeNpyHeader = ({ dtype, littleEndian, fortranOrder, shape }: NpyHeader, version: NpyVersion): Uint8Array => {
  const order = NPY_ITEM_BYTES[dtype] === 1 ? '|' : littleEndian ? '<' : '>';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${order}${dtype}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': ${tuple}, }`;
  const start = version === 1 ? 10 : 12;
  const end = Math.ceil((start + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(end);
  bytes.set([...MAGIC, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, end - start, true);
  else view.setUint32(8, end - start, true);
  bytes.set(new TextEncoder().encode(dictionary.padEnd(end - start - 1, ' ') + '\n'), start);
  return bytes;
};
