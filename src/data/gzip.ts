/** Files compressed with gzip (RFC 1952), as MNIST's are. */
import { FormatError } from '../core/errors';
import { checkCrc, inflate } from './inflate';
import { DEFAULT_MAX_BYTES, inputBytes, type ReadLimits } from './ndarray';

const [CRC, EXTRA, NAME, COMMENT, RESERVED] = [2, 4, 8, 16, 0xe0] as const; // flags
const TRAILER = 8;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const fail = (message: string): never => {
  throw new FormatError('gzip', message);
};

/** Index of the first compressed byte. */
const headerEnd = (bytes: Uint8Array): number => {
  if (!isGzip(bytes)) fail('the magic number 1f 8b is missing: this is not a gzip file');
  const flags = bytes[3] ?? 0;
  if (bytes[2] !== 8 || flags & RESERVED) fail('it is compressed by a method that gzip does not define');
  let end = 10;
  if (flags & EXTRA) end += 2 + bytes[end]! + 256 * bytes[end + 1]!;
  for (const text of [NAME, COMMENT]) {
    if (!(flags & text)) continue;
    const zero = bytes.indexOf(0, end);
    end = zero < 0 ? NaN : zero + 1;
  }
  if (flags & CRC) end += 2;
  return end + TRAILER <= bytes.length ? end : fail(`the file is truncated in its header: ${bytes.length} bytes`);
};

/**
 * The contents, held against the file's checksum. `maxBytes` is a limit for the file and for its contents, of which no more are decompressed.
 * Throws FormatError for anything else than one whole gzip member, and for damage.
 */
export const readGzip = (input: Uint8Array | ArrayBuffer, { maxBytes = DEFAULT_MAX_BYTES }: ReadLimits = {}): Uint8Array<ArrayBuffer> => {
  const bytes = inputBytes('gzip', input, maxBytes);
  const [start, end] = [headerEnd(bytes), bytes.length - TRAILER];
  const contents = inflate('gzip', bytes.subarray(start, end), maxBytes);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER);
  const length = trailer.getUint32(4, true);
  if (length !== contents.length)
    fail(`the file ends with the length ${length}, its contents have ${contents.length} bytes: it is damaged, or several files in one`);
  checkCrc('gzip', 'the file', contents, trailer.getUint32(0, true));
  return contents;
};
