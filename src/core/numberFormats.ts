/**
 * Elements of files in formats that JavaScript has no array of numbers for, as numbers. Each conversion is exact, or refused. Loops, because
 * `from` with a function makes a list of all values first, which for a file of 256 MiB is more than V8's heap holds.
 */

const half = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
};
/** IEEE binary16, as bits, in float32, which holds every one of them; subnormal numbers, infinities and NaN included. Any length. */
export const fromFloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> => {
  const out = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = half(bits[i]!);
  return out;
};

/** bfloat16, as bits: the upper half of a float32. Any length. */
export const fromBfloat16 = (bits: Uint16Array): Float32Array<ArrayBuffer> => {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return new Float32Array(out.buffer);
};

/** 64-bit integers in float64. `refuse` throws for the first, by its index, that float64 does not hold exactly. */
export const fromInteger64 = (
  values: BigInt64Array | BigUint64Array,
  refuse: (index: number, value: bigint) => never,
): Float64Array<ArrayBuffer> => {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out[i] = Number(value);
    if (BigInt(out[i]!) !== value) refuse(i, value);
  }
  return out;
};
