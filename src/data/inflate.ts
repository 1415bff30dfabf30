/** DEFLATE (RFC 1951) with bounds, for the containers that use it, and the checksum that they hold their contents against. */
import { Inflate } from 'fflate';
import { FormatError } from '../core/errors';

/** Compressed bytes taken at once: what comes out of them stays below 17 MiB. */
const PIECE = 2 ** 14;
/** For a prefix, of which a little is enough. */
const SMALL_PIECE = 2 ** 9;

/** The contents in parts. Throws FormatError naming `format` for damage and for a stream cut short. */
function* inflated(format: string, compressed: Uint8Array, piece: number): Generator<Uint8Array, undefined> {
  if (compressed.length === 0) throw new FormatError(format, 'the compressed data are missing');
  let parts: Uint8Array[] = [];
  const stream = new Inflate((part) => {
    parts.push(part);
  });
  for (let at = 0; at < compressed.length; at += piece) {
    try {
      stream.push(compressed.subarray(at, at + piece), at + piece >= compressed.length);
    } catch (error) {
      throw new FormatError(
        format,
        `the compressed data are damaged or cut short (${error instanceof Error ? error.message : 'no reason given'})`,
      );
    }
    yield* parts;
    parts = [];
  }
}

const joined = (parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  return out;
};

/**
 * What `compressed` holds. Stops as soon as it is more than `most` bytes; takes no more memory than twice that and 17 MiB. Throws FormatError
 * naming `format` for that, for damage and for a stream cut short.
 */
export const inflate = (format: string, compressed: Uint8Array, most: number): Uint8Array<ArrayBuffer> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const part of inflated(format, compressed, PIECE)) {
    length += part.length;
    if (length > most) throw new FormatError(format, `it decompresses to more than ${most} bytes`);
    parts.push(part);
  }
  return joined(parts, length);
};

/** The first `most` bytes, or all if there are fewer; the rest of the stream is not looked at. Throws FormatError for damage before. */
export const inflatePrefix = (format: string, compressed: Uint8Array, most: number): Uint8Array<ArrayBuffer> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const part of inflated(format, compressed, SMALL_PIECE)) {
    length += part.length;
    parts.push(part);
    if (length >= most) break;
  }
  return joined(parts, Math.min(length, most));
};

/** Of each byte: eight divisions by the polynomial, bits reversed. */
const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let r = byte;
  for (let bit = 0; bit < 8; bit++) r = r & 1 ? (r >>> 1) ^ 0xedb88320 : r >>> 1;
  return r;
});
/** CRC-32, as gzip and zip have it. Source: RFC 1952, section 8. */
export const crc32 = (bytes: Uint8Array): number => {
  let r = -1;
  for (let i = 0; i < bytes.length; i++) r = REMAINDERS[(r ^ bytes[i]!) & 255]! ^ (r >>> 8);
  return ~r >>> 0;
};
/** Throws FormatError naming `format` where the contents are not those that the checksum was taken of. */
export const checkCrc = (format: string, what: string, contents: Uint8Array, expected: number): void => {
  if (crc32(contents) !== expected)
    throw new FormatError(format, `${what} is damaged: its checksum is not that of its contents. Get it again`);
};
