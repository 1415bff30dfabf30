/** Elements of files in formats that JavaScript has no array of numbers for, as numbers. Each conversion is exact, or refused. */

/** IEEE binary16, as bits, in float32, which holds every one of them; subnormal numbers, infinities and NaN included. Any length. */
export const fromFloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(bits, (b) => {
    const [sign, exponent, fraction] = [b & 0x8000 ? -1 : 1, (b >> 10) & 31, b & 1023];
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });

/** bfloat16, as bits: the upper half of a float32. Any length. */
export const fromBfloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> =>
  new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer);

/** 64-bit integers in float64. `refuse` throws for the first, by its index, that float64 does not hold exactly. */
export const fromInteger64 = (
  values: BigInt64Array | BigUint64Array,
  refuse: (index: number, value: bigint) => never,
): Float64Array<ArrayBuffer> =>
  Float64Array.from<bigint>(values, (value, index) => (BigInt(Number(value)) === value ? Number(value) : refuse(index, value)));
