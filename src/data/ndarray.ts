/** Arrays as files hold them: a dtype, a shape and the elements in row-major order. Shared by the binary readers. */
import { FormatError } from '../core/errors';
import { fromInteger64 } from '../core/numberFormats';
import { showShape, sizeOf, stridesOf, type Shape } from '../core/shape';
import { classification, regression, type ClassificationDataset, type RegressionDataset } from './dataset';

/** Bytes of one element of each dtype, named as NumPy names them. */
export const ITEM_BYTES = { f4: 4, f8: 8, i1: 1, i2: 2, i4: 4, i8: 8, u1: 1, u2: 2, u4: 4, u8: 8, b1: 1 } as const;

export type DType = keyof typeof ITEM_BYTES;

type Stored<T extends DType, D> = { readonly dtype: T; readonly shape: Shape; readonly data: D };

/** Elements are in row-major (C) order, whatever the order in the file. b1 holds 0 and 1. */
export type NdArray =
  | Stored<'f4', Float32Array>
  | Stored<'f8', Float64Array>
  | Stored<'i1', Int8Array>
  | Stored<'i2', Int16Array>
  | Stored<'i4', Int32Array>
  | Stored<'i8', BigInt64Array>
  | Stored<'u1' | 'b1', Uint8Array>
  | Stored<'u2', Uint16Array>
  | Stored<'u4', Uint32Array>
  | Stored<'u8', BigUint64Array>;

export interface ReadLimits {
  /** Files of more bytes than this are refused before anything is allocated; 256 MiB by default. */
  readonly maxBytes?: number;
}

export const DEFAULT_MAX_BYTES = 2 ** 28;

/** A view of the input's bytes. Throws FormatError when there are more of them than allowed. */
export const inputBytes = (format: string, input: Uint8Array | ArrayBuffer, maxBytes = DEFAULT_MAX_BYTES): Uint8Array => {
  if (input.byteLength > maxBytes)
    throw new FormatError(format, `the file has ${input.byteLength} bytes; the limit is ${maxBytes}. Raise maxBytes to read it`);
  return input instanceof Uint8Array ? input : new Uint8Array(input);
};

/**
 * Checks that `available` bytes are exactly what the shape needs; called before the elements are allocated, so that a header can
 * never ask for more memory than its file has. Throws FormatError for an overflow, a truncated file and trailing bytes.
 */
export const checkPayload = (
  format: string,
  { dtype, item, shape }: { readonly dtype: string; readonly item: number; readonly shape: Shape },
  available: number,
): void => {
  const needed = shape.includes(0) ? 0 : sizeOf(shape) * item;
  const what = `shape ${showShape(shape)} of ${dtype} needs ${needed} bytes`;
  if (!Number.isSafeInteger(needed)) throw new FormatError(format, `${what}, more than any file can hold`);
  if (available < needed) throw new FormatError(format, `the file is truncated: ${what}, ${available} follow the header`);
  if (available > needed) throw new FormatError(format, `${available - needed} trailing bytes: ${what}, ${available} follow the header`);
};

const HOST_IS_LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Converts between the host's byte order and the one asked for (its own inverse), in place. */
export const toByteOrder = (bytes: Uint8Array, itemBytes: number, little: boolean): void => {
  if (itemBytes === 1 || little === HOST_IS_LITTLE) return;
  for (let at = 0; at < bytes.length; at += itemBytes)
    for (let low = at, high = at + itemBytes - 1; low < high; low++, high--) {
      const held = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = held;
    }
};

/**
 * Reorders elements between column-major and row-major order; returns new bytes. `toColumnMajor` says which way. The elements are
 * walked in row-major order with an odometer over the axes.
 */
export const transposeOrder = (bytes: Uint8Array, itemBytes: number, shape: Shape, toColumnMajor: boolean): Uint8Array<ArrayBuffer> => {
  const out = new Uint8Array(bytes.length);
  const strides = stridesOf(shape.toReversed()).toReversed(); // column-major strides: 1, shape[0], shape[0]·shape[1], …
  const index = shape.map(() => 0);
  let column = 0;
  for (let row = 0; row * itemBytes < bytes.length; row++) {
    const [from, to] = toColumnMajor ? [row, column] : [column, row];
    for (let b = 0; b < itemBytes; b++) out[to * itemBytes + b] = bytes[from * itemBytes + b]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      column += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      column -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
};

/** The bytes, in the host's order, seen as elements. */
export const fromHostBytes = (dtype: DType, shape: Shape, { buffer }: Uint8Array<ArrayBuffer>): NdArray => {
  switch (dtype) {
    case 'f4':
      return { dtype, shape, data: new Float32Array(buffer) };
    case 'f8':
      return { dtype, shape, data: new Float64Array(buffer) };
    case 'i1':
      return { dtype, shape, data: new Int8Array(buffer) };
    case 'i2':
      return { dtype, shape, data: new Int16Array(buffer) };
    case 'i4':
      return { dtype, shape, data: new Int32Array(buffer) };
    case 'i8':
      return { dtype, shape, data: new BigInt64Array(buffer) };
    case 'u1':
    case 'b1':
      return { dtype, shape, data: new Uint8Array(buffer) };
    case 'u2':
      return { dtype, shape, data: new Uint16Array(buffer) };
    case 'u4':
      return { dtype, shape, data: new Uint32Array(buffer) };
    case 'u8':
      return { dtype, shape, data: new BigUint64Array(buffer) };
  }
};

/** Elements as float64, row-major. Throws FormatError for a 64-bit integer that float64 cannot hold exactly. */
export const toFloat64 = ({ data }: NdArray): Float64Array => {
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return new Float64Array(data);
  return fromInteger64(data, (index, value) => {
    throw new FormatError('float64', `element ${index} is ${value}, which float64 does not hold exactly`);
  });
};

/** Leading axis as examples, all others as features. */
const asExamples = (name: string, array: NdArray): { n: number; width: number; values: Float64Array } => {
  const [n, ...rest] = array.shape;
  if (n === undefined) throw new FormatError(name, 'a scalar has no axis of examples');
  return { n, width: sizeOf(rest), values: toFloat64(array) };
};

const checkRows = (name: string, x: NdArray, y: NdArray): void => {
  if (x.shape[0] !== y.shape[0])
    throw new FormatError(name, `features ${showShape(x.shape)} and targets ${showShape(y.shape)} differ in their number of examples`);
};

/**
 * x [n,…] and integer labels y [n] as a data set; `classes` is max(y)+1 unless given (a subset may lack the last class).
 * Throws FormatError for shapes that do not fit and for labels that are not whole numbers in [0, classes).
 */
export const labelledArrays = (name: string, x: NdArray, y: NdArray, classes?: number): ClassificationDataset => {
  checkRows(name, x, y);
  const { n, width: d, values } = asExamples(name, x);
  const labels = asExamples(name, y);
  if (labels.width !== 1 && n > 0) throw new FormatError(name, `labels ${showShape(y.shape)} are not one number an example`);
  const k = classes ?? labels.values.reduce((most, label) => Math.max(most, label + 1), 0);
  const wrong = labels.values.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= k || label >= 2 ** 32);
  if (wrong >= 0)
    throw new FormatError(name, `the label of example ${wrong} is ${labels.values[wrong]}; labels are whole numbers in [0, ${k})`);
  return classification({ name, n, d, x: values, y: Uint32Array.from(labels.values), classes: k });
};

/** x [n,…] and targets y [n,…] as a data set. Throws FormatError for shapes that do not fit. */
export const targetArrays = (name: string, x: NdArray, y: NdArray): RegressionDataset => {
  checkRows(name, x, y);
  const { n, width: d, values } = asExamples(name, x);
  const targets = asExamples(name, y);
  return regression({ name, n, d, x: values, y: targets.values, outputs: targets.width });
};
