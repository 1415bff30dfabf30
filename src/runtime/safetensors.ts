/**
 * The safetensors layout: 8 bytes little-endian header length, JSON header, then the tensors' bytes.
 * Source: huggingface.co/docs/safetensors, "Format".
 */
import { FormatError } from '../core/errors';
import type { HostArray } from './executor';

export interface Stored {
  readonly dtype: 'F32' | 'F64' | 'U32';
  readonly shape: readonly number[];
  readonly data: HostArray;
}
export interface StoredFile {
  readonly tensors: Readonly<Record<string, Stored>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAKE = { F32: Float32Array, F64: Float64Array, U32: Uint32Array } as const;
const dtypeOf = (a: HostArray): Stored['dtype'] => (a instanceof Float32Array ? 'F32' : a instanceof Float64Array ? 'F64' : 'U32');
/** Headers above this are refused, as the format's own reader does. */
const MAX_HEADER = 100_000_000;

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

const whole = (v: unknown): boolean => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n) && n >= 0);
const isEntry = (e: unknown): e is { dtype: string; shape: number[]; data_offsets: [number, number] } => {
  const x = e as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
  return (
    typeof x === 'object' &&
    x !== null &&
    typeof x.dtype === 'string' &&
    whole(x.shape) &&
    whole(x.data_offsets) &&
    (x.data_offsets as unknown[]).length === 2
  );
};

const fail = (message: string): never => {
  throw new FormatError('safetensors', message);
};

/** Copies the tensors out. Throws FormatError for anything that is not a whole safetensors file of F32, F64 and U32. */
export const readSafetensors = (file: Uint8Array): StoredFile => {
  if (file.byteLength < 8) fail(`${file.byteLength} bytes; even an empty file has 8`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER || 8 + length > file.byteLength) fail(`the header claims ${length} bytes, the file has ${file.byteLength}`);
  const header = parse(file.subarray(8, 8 + length));
  const body = file.byteLength - 8 - length;
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: (readonly [string, Stored])[] = [];
  for (const [name, e] of Object.entries(entries)) {
    if (!isEntry(e)) return fail(`the entry '${name}' is malformed`);
    const {
      dtype,
      shape,
      data_offsets: [begin, end],
    } = e;
    if (!Object.hasOwn(MAKE, dtype)) return fail(`'${name}' is ${dtype}; F32, F64 and U32 are supported`);
    const Type = MAKE[dtype as Stored['dtype']];
    const size = shape.reduce((n, d) => n * d, 1);
    if (begin > end || end > body || end - begin !== size * Type.BYTES_PER_ELEMENT)
      return fail(`'${name}' [${shape.join()}] lies at ${begin}…${end} of ${body} bytes, which does not fit its shape`);
    // Not file.slice, which in Node's Buffer is a view of a larger pool.
    const bytes = Uint8Array.from(file.subarray(8 + length + begin, 8 + length + end));
    tensors.push([name, { dtype: dtype as Stored['dtype'], shape, data: new Type(bytes.buffer) }]);
  }
  if (typeof metadata !== 'object' || metadata === null || !Object.values(metadata).every((v) => typeof v === 'string'))
    return fail('__metadata__ is no table of strings');
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Readonly<Record<string, string>> };
};

const parse = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Readonly<Record<string, unknown>>;
  } catch {
    /* said below */
  }
  return fail('the header is not a JSON object');
};
