/** NumPy's .npy files, versions 1 to 3. */
import { FormatError, ShapeError } from '../core/errors';
import { fromFloat16 } from '../core/numberFormats';
import { showShape, sizeOf } from '../core/shape';
import { checkPayload, fromHostBytes, inputBytes, ITEM_BYTES, toByteOrder, transposeOrder, type NdArray, type ReadLimits } from './ndarray';
import { decodeNpyHeader, encodeNpyHeader, NPY_ITEM_BYTES, type NpyVersion } from './npyHeader';

/**
 * Reads floats (16, 32 and 64 bits; 16 are given as f4, which holds them exactly), integers and booleans, either byte order and either
 * element order, any number of axes up to NumPy's own 64.
 * Throws FormatError for anything else: not a .npy file, another dtype (named), a file shorter or longer than its shape, a file
 * beyond `maxBytes`, a boolean that is neither 0 nor 1.
 */
export const readNpy = (input: Uint8Array | ArrayBuffer, { maxBytes }: ReadLimits = {}): NdArray => {
  const bytes = inputBytes('npy', input, maxBytes);
  const { header, end } = decodeNpyHeader(bytes);
  const { dtype, shape, fortranOrder, littleEndian } = header;
  const item = NPY_ITEM_BYTES[dtype];
  checkPayload('npy', { dtype, item, shape }, bytes.length - end);
  const payload = bytes.subarray(end);
  const elements = fortranOrder ? transposeOrder(payload, item, shape, false) : new Uint8Array(payload);
  const wrong = dtype === 'b1' ? elements.findIndex((b) => b > 1) : -1;
  if (wrong >= 0) throw new FormatError('npy', `element ${wrong} of a boolean array is ${elements[wrong]}`);
  toByteOrder(elements, item, littleEndian);
  if (dtype === 'f2') return { dtype: 'f4', shape, data: fromFloat16(new Uint16Array(elements.buffer)) };
  return fromHostBytes(dtype, shape, elements);
};

export interface NpyWriteOptions {
  readonly littleEndian?: boolean;
  /** Write the elements in column-major order. */
  readonly fortranOrder?: boolean;
  readonly version?: NpyVersion;
}

/** The bytes of a .npy file: little-endian, row-major, version 1 by default. Throws ShapeError when data and shape disagree. */
export const writeNpy = (array: NdArray, { littleEndian = true, fortranOrder = false, version = 1 }: NpyWriteOptions = {}): Uint8Array => {
  const { dtype, shape, data } = array;
  if (data.length !== sizeOf(shape)) throw new ShapeError('writeNpy', `${data.length} values do not fill the shape ${showShape(shape)}`);
  const item = ITEM_BYTES[dtype];
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const elements = fortranOrder ? transposeOrder(raw, item, shape, true) : new Uint8Array(raw);
  toByteOrder(elements, item, littleEndian);
  const header = encodeNpyHeader({ dtype, littleEndian, fortranOrder, shape }, version);
  const out = new Uint8Array(header.length + elements.length);
  out.set(header);
  out.set(elements, header.length);
  return out;
};
