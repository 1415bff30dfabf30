/** Zip archives: their directory, and one entry at a time. Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.4. */
import { FormatError } from '../core/errors';
import { checkCrc, inflate, inflatePrefix } from './inflate';

export interface ZipEntry {
  readonly name: string;
  /** Bytes, extracted, as the directory says. */
  readonly size: number;
  readonly crc: number;
  readonly method: number;
  /** As they lie in the archive. */
  readonly data: Uint8Array;
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50] as const;
const END_BYTES = 22;
const [STORED, DEFLATED] = [0, 8] as const;
/** DEFLATE makes at most 258 bytes of 2 bits. */
const MOST_RATIO = 1032;

const fail = (message: string): never => {
  throw new FormatError('zip', message);
};
/** With entries, or empty. */
export const isZip = (b: Uint8Array): boolean =>
  b[0] === 0x50 && b[1] === 0x4b && ((b[2] === 3 && b[3] === 4) || (b[2] === 5 && b[3] === 6));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Where the record that ends the archive starts: the last whose comment ends with the file. */
const endRecord = (view: DataView): number => {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--)
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === last - at) return at;
  return fail('the zip archive is cut short or damaged: its directory is missing');
};

interface Located extends ZipEntry {
  readonly begin: number;
  readonly end: number;
  /** Of the next record of the directory. */
  readonly next: number;
}
/** The entry whose record is at `at` of the directory, which ends at `limit`. */
const entryAt = (bytes: Uint8Array, view: DataView, at: number, limit: number): Located => {
  const damaged = (): never => fail(`the zip archive's directory is damaged at byte ${at}`);
  if (at + 46 > limit || view.getUint32(at, true) !== CENTRAL) return damaged();
  const [compressed, size, begin] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true), view.getUint32(at + 42, true)];
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > limit || begin + 30 > limit || view.getUint32(begin, true) !== LOCAL) return damaged();
  const start = begin + 30 + view.getUint16(begin + 26, true) + view.getUint16(begin + 28, true);
  const end = start + compressed;
  if (end > limit) return damaged();
  const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
  if (view.getUint16(at + 8, true) & 1) fail(`'${name}' in the zip archive is encrypted`);
  const fields = { name, size, crc: view.getUint32(at + 16, true), method: view.getUint16(at + 10, true) };
  return { ...fields, data: bytes.subarray(start, end), begin, end, next };
};

const checkApart = (entries: readonly Located[]): void => {
  const seen = new Set<string>();
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin)) {
    if (begin < covered) fail(`'${name}' in the zip archive shares bytes with another entry`);
    if (seen.has(name)) fail(`the zip archive holds '${name}' twice`);
    seen.add(name);
    covered = end;
  }
};

/**
 * The entries in the directory's order; nothing is decompressed. Throws FormatError for a damaged directory, encryption, a name twice, and
 * entries that share bytes, which could hold far more than the file.
 */
export const zipEntries = (bytes: Uint8Array): readonly ZipEntry[] => {
  const view = viewOf(bytes);
  const end = endRecord(view);
  const [count, start] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  if (count === 0xffff || start === 0xffffffff) fail('zip archives beyond 4 GiB or 65,534 entries are not read');
  const entries: Located[] = [];
  for (let i = 0, at = start; i < count; i++) {
    const entry = entryAt(bytes, view, at, end);
    entries.push(entry);
    at = entry.next;
  }
  checkApart(entries);
  return entries;
};

const checkMethod = ({ name, method }: ZipEntry): void => {
  if (method !== STORED && method !== DEFLATED) fail(`'${name}' in the zip archive is compressed by method ${method}; 0 and 8 are read`);
};

/** The first `length` bytes of an entry's contents at most. Their checksum cannot be held against anything. */
export const entryPrefix = (entry: ZipEntry, length: number): Uint8Array => {
  checkMethod(entry);
  return entry.method === STORED ? entry.data.subarray(0, length) : inflatePrefix('zip', entry.data, length);
};

/**
 * An entry's contents, held against its checksum. Throws FormatError for more than `maxBytes` or than the directory says, of which no more are
 * decompressed, and for damage.
 */
export const extractEntry = (entry: ZipEntry, maxBytes: number): Uint8Array => {
  const { name, size, method, data, crc } = entry;
  checkMethod(entry);
  if (size > maxBytes) fail(`'${name}' in the zip archive has ${size} bytes; the limit is ${maxBytes}`);
  if (method === STORED ? size !== data.length : size > MOST_RATIO * data.length)
    fail(`'${name}' in the zip archive has ${data.length} bytes, which cannot hold the ${size} that the directory says`);
  const contents = method === STORED ? data : inflate('zip', data, size);
  if (contents.length !== size) fail(`'${name}' in the zip archive has ${contents.length} bytes; its directory says ${size}`);
  checkCrc('zip', `'${name}' in the archive`, contents, crc);
  return contents;
};
