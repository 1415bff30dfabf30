/** Files that are whole are read back; all others give FormatError and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import type { PlanTensor } from '../plan/plan';
import type { HostArray } from './executor';
import { fromCheckpoint, toCheckpoint } from './host';
import { readSafetensors, writeSafetensors } from './safetensors';
import { fileOf } from './safetensors.fixture';

const array = fc.oneof(fc.float32Array({ maxLength: 9 }), fc.float64Array({ maxLength: 9 }), fc.uint32Array({ maxLength: 9 }));
/** Names that a JavaScript object treats in its own way, too. */
const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'θ/0')).filter((n) => n !== '__metadata__');
const files = fc
  .tuple(
    fc.array(fc.tuple(name, array), { maxLength: 5 }).map((list) => new Map(list)),
    fc.dictionary(
      fc.string().filter((k) => k !== '__proto__'),
      fc.string(),
    ),
  )
  .map(([tensors, metadata]) => ({
    tensors: Object.fromEntries([...tensors].map(([n, data]) => [n, { shape: [data.length], data }])),
    metadata,
  }));

/** Result, or the error's name. */
const outcome = (bytes: Uint8Array): string => {
  try {
    readSafetensors(bytes);
    return 'read';
  } catch (error) {
    return error instanceof Error ? error.name : 'not an Error';
  }
};
describe('safetensors', () => {
  it('reads what it wrote, bit for bit, wherever the file lies in its buffer', () => {
    fc.assert(
      fc.property(files, fc.nat({ max: 7 }), ({ tensors, metadata }, shift) => {
        const written = writeSafetensors(tensors, metadata);
        const moved = new Uint8Array(written.length + shift);
        moved.set(written, shift);
        const read = readSafetensors(moved.subarray(shift));
        expect(read.metadata).toEqual(metadata);
        expect(Object.keys(read.tensors).toSorted()).toEqual(Object.keys(tensors).toSorted());
        for (const [n, { data }] of Object.entries(tensors)) {
          const got = Object.entries(read.tensors).find(([k]) => k === n)![1].data;
          expect(got.constructor).toBe(data.constructor);
          expect(new Uint8Array(got.buffer, got.byteOffset, got.byteLength)).toEqual(
            new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
          );
        }
      }),
    );
  });
  it("copies out of an array whose slice is a view, as that of Node's Buffer is", () => {
    const written = writeSafetensors({ x: { shape: [3], data: Float32Array.of(1, 2, 3) } }, {});
    const pool = new Uint8Array(written.length + 24);
    pool.set(written, 24);
    const file = pool.subarray(24);
    Object.defineProperty(file, 'slice', { value: file.subarray.bind(file) });
    expect(readSafetensors(file).tensors['x']!.data).toEqual(Float32Array.of(1, 2, 3));
  });
  it('starts its data at a multiple of 8', () => {
    fc.assert(
      fc.property(files, ({ tensors, metadata }) => {
        const header = Number(new DataView(writeSafetensors(tensors, metadata).buffer).getBigUint64(0, true));
        expect(header % 8).toBe(0);
      }),
    );
  });
  it('refuses every file cut short', () => {
    const whole = writeSafetensors({ x: { shape: [2], data: Float32Array.of(1, 2) } }, { a: 'b' });
    for (let n = 0; n < whole.length; n++) expect(outcome(whole.subarray(0, n)), `${n} bytes`).toBe('FormatError');
  });
  it('refuses garbage by FormatError alone', () => {
    const entry = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'U32', 'toString', 'I8'), fc.jsonValue()),
        shape: fc.oneof(fc.array(fc.nat({ max: 3 })), fc.jsonValue()),
        data_offsets: fc.oneof(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 })), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const plausible = fc.dictionary(fc.string(), entry).map((h) => fileOf(JSON.stringify(h), new Uint8Array(24)));
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((j) => fileOf(j)),
      plausible,
    );
    let refused = 0;
    fc.assert(
      fc.property(anything, (bytes) => {
        const got = outcome(bytes);
        expect(['read', 'FormatError']).toContain(got);
        if (got === 'FormatError') refused++;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(0);
  });
  it('refuses a single flipped byte of the header or reads another file, never anything else', () => {
    const whole = writeSafetensors({ x: { shape: [2], data: Float32Array.of(1, 2) } }, { a: 'b' });
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 9 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = whole.slice();
        bytes[at] = bytes[at]! ^ flip;
        expect(['read', 'FormatError']).toContain(outcome(bytes));
      }),
    );
  });
  it.each([
    ['no object', '[]', 'the header is not a JSON object'],
    ['metadata that is null', '{"__metadata__":null}', '__metadata__ is no table of strings'],
    ['metadata of numbers', '{"__metadata__":{"a":1}}', '__metadata__ is no table of strings'],
    ['another type', '{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', "'x' is F8_E4M3; F64, F32, F16, BF16, I64,"],
    ['a name of Object', '{"x":{"dtype":"toString","shape":[0],"data_offsets":[0,0]}}', "'x' is toString"],
    ['an entry without a shape', '{"x":{"dtype":"F32","data_offsets":[0,0]}}', "the entry 'x' is malformed"],
    ['offsets beyond the end', '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', "'x' [1] lies at 0…4 of 0 bytes"],
  ])('says what is wrong: %s', (_, header, message) => {
    expect(() => readSafetensors(fileOf(header))).toThrow(message);
  });
});

const tensor = (n: number, replicas: number, dtype: PlanTensor['dtype'] = 'f32'): PlanTensor => ({
  slot: 0,
  offset: 0,
  stride: n,
  shape: [n],
  dtype,
  replicas,
});
type Tensors = Record<string, { shape: readonly number[]; data: HostArray }>;

describe('checkpoints', () => {
  const variables = new Map([
    ['theta', tensor(2, 3)],
    ['step', tensor(1, 1, 'u32')],
  ]);
  const values = new Map([
    ['theta', { dtype: 'f32' as const, data: Float32Array.of(1, 2, 3, 4, 5, 6), replicas: 3, size: 2 }],
    ['step', { dtype: 'u32' as const, data: Uint32Array.of(7), replicas: 1, size: 1 }],
  ]);
  const rewritten = (change: (tensors: Tensors, metadata: Record<string, string>) => void): Uint8Array => {
    const { tensors, metadata } = readSafetensors(toCheckpoint({ step: 7, values }, {}));
    const [t, m] = [{ ...tensors }, { ...metadata }];
    change(t, m);
    return writeSafetensors(t, m);
  };
  it('come back as they were', () => {
    expect(
      fromCheckpoint(
        rewritten(() => undefined),
        variables,
      ),
    ).toEqual({ step: 7, values });
  });
  it.each<readonly [string, Parameters<typeof rewritten>[0], typeof ConfigError | typeof FormatError, string]>([
    [
      'another format',
      (_, m) => {
        m['format'] = 'pt';
      },
      ConfigError,
      "its format is 'pt'",
    ],
    [
      'no format',
      (_, m) => {
        delete m['format'];
      },
      ConfigError,
      "its format is 'not given'",
    ],
    [
      'no step',
      (_, m) => {
        delete m['step'];
      },
      FormatError,
      "its step is 'not given'",
    ],
    [
      'a step that is no number',
      (_, m) => {
        m['step'] = '-1';
      },
      FormatError,
      "its step is '-1'",
    ],
    [
      'a variable less',
      (t) => {
        delete t['theta'];
      },
      ConfigError,
      "lacks the variable 'theta'",
    ],
    [
      'fewer replicas',
      (t) => {
        t['theta'] = { shape: [2, 2], data: new Float32Array(4) };
      },
      ConfigError,
      "'theta' has 4 values, this program's has 6",
    ],
    [
      'floats for a counter',
      (t) => {
        t['step'] = { shape: [1], data: Float32Array.of(7) };
      },
      ConfigError,
      "'step' is F32, this program's is u32",
    ],
    [
      'integers for parameters',
      (t) => {
        t['theta'] = { shape: [3, 2], data: new Uint32Array(6) };
      },
      ConfigError,
      "'theta' is U32, this program's is f32",
    ],
  ])('are refused with %s', (_, change, error, message) => {
    const file = rewritten(change);
    expect(() => fromCheckpoint(file, variables)).toThrow(error);
    expect(() => fromCheckpoint(file, variables)).toThrow(message);
  });
});
