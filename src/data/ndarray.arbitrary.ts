/** Random arrays of every dtype, for tests. */
import fc from 'fast-check';
import { sizeOf, type Shape } from '../core/shape';
import { fromHostBytes, ITEM_BYTES, type DType, type NdArray } from './ndarray';

export const DTYPES = Object.keys(ITEM_BYTES) as readonly DType[];

const shapes = (maxRank: number): fc.Arbitrary<Shape> => fc.array(fc.nat({ max: 4 }), { maxLength: maxRank });

/** Any bits are elements of every dtype but b1, whose elements are 0 and 1; floats include NaN with any payload. */
export const ndArrays = (dtypes: readonly DType[] = DTYPES, maxRank = 5): fc.Arbitrary<NdArray> =>
  fc.tuple(fc.constantFrom(...dtypes), shapes(maxRank)).chain(([dtype, shape]) => {
    const length = sizeOf(shape) * ITEM_BYTES[dtype];
    const byte = dtype === 'b1' ? { max: 1 } : {};
    return fc
      .uint8Array({ ...byte, minLength: length, maxLength: length })
      .map((bytes) => fromHostBytes(dtype, shape, new Uint8Array(bytes)));
  });

/** The array with its elements as bytes, so that NaNs compare by their bits. */
export const bitsOf = ({ dtype, shape, data }: NdArray): unknown => ({
  dtype,
  shape,
  bytes: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
});
