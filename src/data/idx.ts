/** IDX, the format of MNIST's own files (http://yann.lecun.com/exdb/mnist): big-endian, row-major, after a header of axis lengths. */
import { FormatError } from '../core/errors';
import { checkPayload, fromHostBytes, inputBytes, ITEM_BYTES, toByteOrder, type DType, type NdArray, type ReadLimits } from './ndarray';

const DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [0x08, 'u1'],
  [0x09, 'i1'],
  [0x0b, 'i2'],
  [0x0c, 'i4'],
  [0x0d, 'f4'],
  [0x0e, 'f8'],
]);

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/**
 * Reads all six element types and any number of axes. Throws FormatError for a compressed file (readGzip decompresses it), a wrong
 * magic number, an unknown type, a file shorter or longer than its shape, a file beyond `maxBytes`.
 */
export const readIdx = (input: Uint8Array | ArrayBuffer, { maxBytes }: ReadLimits = {}): NdArray => {
  const bytes = inputBytes('idx', input, maxBytes);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new FormatError('idx', 'the file is compressed with gzip; decompress it with readGzip first');
  if (bytes.length < 4) throw new FormatError('idx', `the file is truncated: the magic number has 4 bytes, the file ${bytes.length}`);
  const [zero0, zero1, code, rank] = [bytes[0]!, bytes[1]!, bytes[2]!, bytes[3]!];
  if (zero0 !== 0 || zero1 !== 0)
    throw new FormatError('idx', `the magic number starts with ${hex(zero0)} ${hex(zero1)} instead of two zeros: this is not an IDX file`);
  const dtype = DTYPES.get(code);
  if (!dtype)
    throw new FormatError(
      'idx',
      `unsupported element type ${hex(code)}; known are ${[...DTYPES].map(([c, d]) => `${hex(c)} (${d})`).join(', ')}`,
    );
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw new FormatError('idx', `the file is truncated in its header: ${rank} axes need ${start} bytes, the file has ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  checkPayload('idx', { dtype, item: ITEM_BYTES[dtype], shape }, bytes.length - start);
  const elements = new Uint8Array(bytes.subarray(start));
  toByteOrder(elements, ITEM_BYTES[dtype], false);
  return fromHostBytes(dtype, shape, elements);
};
