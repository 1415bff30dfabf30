/**
 * The safetensors layout: 8 bytes little-endian header length, JSON header, then the tensors' bytes.
 * Source: huggingface.co/docs/safetensors, "Format".
 */
import { fromBfloat16, fromFloat16, fromInteger64 } from '../core/numberFormats';
import { showShape, sizeOf } from '../core/shape';
import type { HostArray } from './executor';
import { decodeSafetensorsHeader, fail, type TensorEntry } from './safetensorsHeader';

export type SafetensorsDType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U64' | 'U32' | 'U16' | 'U8' | 'BOOL';

export interface Stored {
  /** As in the file; `data` holds its values as they are given here. */
  readonly dtype: SafetensorsDType;
  readonly shape: readonly number[];
  readonly data: HostArray;
}
/** Whether the file has floating-point numbers there, of any width. */
export const storesFloats = ({ dtype }: Stored): boolean => /^B?F/.test(dtype);
export interface StoredFile {
  readonly tensors: Readonly<Record<string, Stored>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const dtypeOf = (a: HostArray): 'F32' | 'F64' | 'U32' => (a instanceof Float32Array ? 'F32' : a instanceof Float64Array ? 'F64' : 'U32');
/** The format allows 100 MB; 16 MiB name some 200,000 tensors and keep what a header can ask of memory small. */
const MAX_HEADER = 2 ** 24;

export const writeSafetensors = (
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: HostArray }>>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array => {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [begin, end] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  // Padded with spaces so that the data starts at a multiple of 8, which lets readers view it in place.
  const header = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + header + end).fill(0x20, 8, 8 + header);
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true);
  file.set(json, 8);
  Object.values(tensors).forEach(({ data }, i) =>
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + header + entries[i]![1].data_offsets[0]!),
  );
  return file;
};

interface Reading {
  readonly bytes: number;
  readonly values: (buffer: ArrayBuffer, name: string) => HostArray;
}
const inexact =
  (name: string) =>
  (index: number, value: bigint): never =>
    fail(`value ${index} of '${name}' is ${value}, which float64 does not hold exactly`);
const booleans = (buffer: ArrayBuffer, name: string): Float32Array => {
  const bytes = new Uint8Array(buffer);
  const wrong = bytes.findIndex((b) => b > 1);
  return wrong < 0 ? new Float32Array(bytes) : fail(`value ${wrong} of the booleans '${name}' is ${bytes[wrong]}`);
};
/** Each in the narrower of float32 and float64 that holds all its values; U32 stays what it is, and 64-bit integers are float64 where exact. */
const READ: ReadonlyMap<string, Reading & { readonly dtype: SafetensorsDType }> = new Map(
  Object.entries({
    F64: { bytes: 8, values: (b) => new Float64Array(b) },
    F32: { bytes: 4, values: (b) => new Float32Array(b) },
    F16: { bytes: 2, values: (b) => fromFloat16(new Uint16Array(b)) },
    BF16: { bytes: 2, values: (b) => fromBfloat16(new Uint16Array(b)) },
    I64: { bytes: 8, values: (b, name) => fromInteger64(new BigInt64Array(b), inexact(name)) },
    I32: { bytes: 4, values: (b) => new Float64Array(new Int32Array(b)) },
    I16: { bytes: 2, values: (b) => new Float32Array(new Int16Array(b)) },
    I8: { bytes: 1, values: (b) => new Float32Array(new Int8Array(b)) },
    U64: { bytes: 8, values: (b, name) => fromInteger64(new BigUint64Array(b), inexact(name)) },
    U32: { bytes: 4, values: (b) => new Uint32Array(b) },
    U16: { bytes: 2, values: (b) => new Float32Array(new Uint16Array(b)) },
    U8: { bytes: 1, values: (b) => new Float32Array(new Uint8Array(b)) },
    BOOL: { bytes: 1, values: booleans },
  } satisfies Record<SafetensorsDType, Reading>).map(([dtype, reading]) => [dtype, { dtype: dtype as SafetensorsDType, ...reading }]),
);

const readingOf = ({ name, dtype, shape, begin, end }: TensorEntry, body: number) => {
  const reading = READ.get(dtype) ?? fail(`'${name}' is ${dtype}; ${[...READ.keys()].join(', ')} are supported`);
  const size = shape.includes(0) ? 0 : sizeOf(shape);
  if (begin > end || end > body || end - begin !== size * reading.bytes)
    fail(`'${name}' ${showShape(shape)} lies at ${begin}…${end} of ${body} bytes, which does not fit its shape`);
  return reading;
};

/** The format has the tensors fill the file, each byte belonging to exactly one. */
const checkCover = (entries: readonly TensorEntry[], body: number): void => {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) fail(`'${name}' lies at ${begin}…${end}, on bytes of another tensor`);
    if (begin > covered) fail(`the bytes ${covered}…${begin} before '${name}' belong to no tensor`);
    covered = end;
  }
  if (covered < body) fail(`the last ${body - covered} of ${body} bytes belong to no tensor`);
};

/**
 * Copies the tensors out, with values of every integer and floating-point type of at least 8 bits as `HostArray`: F32, F16, BF16, 8- and 16-bit integers and
 * BOOL (0 and 1) as float32, F64 and other integers as float64, U32 as Uint32Array. Throws FormatError for anything that is not a whole
 * safetensors file of these: another type, a header beyond 16 MiB or with a key twice, bytes in two tensors or in none, offsets that do not
 * fit a shape, 64-bit integers that float64 does not hold exactly. Takes no more memory than 8 times the file's size, and its header.
 */
export const readSafetensors = (file: Uint8Array): StoredFile => {
  if (file.byteLength < 8) fail(`${file.byteLength} bytes; even an empty file has 8`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > file.byteLength) fail(`the header claims ${length} bytes, the file has ${file.byteLength}`);
  if (length > MAX_HEADER) fail(`the header has ${length} bytes; ${MAX_HEADER} are the most`);
  const { entries, metadata } = decodeSafetensorsHeader(file.subarray(8, 8 + length));
  const body = file.byteLength - 8 - length;
  const readings = entries.map((e) => readingOf(e, body));
  checkCover(entries, body);
  const tensors = entries.map(({ name, shape, begin, end }, i): readonly [string, Stored] => {
    const { dtype, values } = readings[i]!;
    // Not file.slice, which in Node's Buffer is a view of a larger pool.
    const bytes = Uint8Array.from(file.subarray(8 + length + begin, 8 + length + end));
    return [name, { dtype, shape, data: values(bytes.buffer, name) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
};
