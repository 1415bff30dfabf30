/** Valid files of each binary format, and mutations of them: file k of a format is always the same. */
import { gzipSync, zipSync, type Zippable } from 'fflate';
import { stream, USE } from '../src/core/random';
import { writeNpy } from '../src/data/npy';
import { writeSafetensors } from '../src/runtime/safetensors';

/** Whole numbers below n that the seed determines. */
type Draw = (n: number) => number;
const drawn = (seed: number): Draw => {
  const { bits } = stream(seed, USE.data);
  let i = 0;
  return (n) => bits(i++) % n;
};

const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array => {
  const all: number[] = [];
  for (const part of parts) all.push(...part);
  return Uint8Array.from(all);
};
/** Values that lengths, offsets and counts go wrong at. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

/** One change: bytes overwritten, a 32-bit edge value in either order, bytes cut out, doubled or inserted, the end cut off. */
const change = (bytes: Uint8Array, draw: Draw): Uint8Array => {
  // Half of them near the start or the end, where headers and directories are.
  const [place, near] = [draw(4), draw(Math.min(bytes.length, 128) + 1)];
  const at = place === 0 ? near : place === 1 ? bytes.length - near : draw(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const few = 1 + draw(8);
  switch (draw(6)) {
    case 0:
      return join(before, [draw(256)], after.subarray(1));
    case 1: {
      const word = new DataView(new ArrayBuffer(4));
      word.setUint32(0, EDGES[draw(EDGES.length)]!, draw(2) === 0);
      return join(before, new Uint8Array(word.buffer), after.subarray(4));
    }
    case 2:
      return join(before, after.subarray(few));
    case 3:
      return join(before, after.subarray(0, few), after);
    case 4:
      return join(
        before,
        Array.from({ length: few }, () => draw(256)),
        after,
      );
    default:
      return before;
  }
};
const mutated = (bytes: Uint8Array, draw: Draw): Uint8Array => {
  const changes = 1 + draw(3);
  return Array.from({ length: changes }).reduce<Uint8Array>((out) => change(out, draw), bytes);
};

const IDX = join([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2], [9, 0, 0, 7, 1, 2, 0, 0, 0, 8, 0, 3, 255, 0, 0, 1]);
const IDX_FLOATS = join([0, 0, 0x0d, 2, 0, 0, 0, 2, 0, 0, 0, 1], [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]);
const X = writeNpy({ dtype: 'f8', shape: [4, 2], data: Float64Array.of(1, -2, 0.5, 4, 1e9, 6, 7, 8) }, { fortranOrder: true });
const HALF = (() => {
  const bytes = writeNpy({ dtype: 'u2', shape: [4, 1], data: Uint16Array.of(0x3c00, 0x4000, 1, 0xc000) });
  bytes[bytes.indexOf(0x75)] = 0x66; // 'u2', the first u of the header, becomes 'f2'
  return bytes;
})();
const WIDE = writeNpy({ dtype: 'i8', shape: [2, 2], data: BigInt64Array.of(1n, -5n, 2n ** 40n, 0n) }, { littleEndian: false, version: 3 });
/** Labels that fit those of four examples. */
export const LABELS = writeNpy({ dtype: 'i8', shape: [4], data: BigInt64Array.of(0n, 1n, 1n, 2n) });

const archive = (x: Uint8Array, y: Uint8Array, level: 0 | 6): Uint8Array => {
  const files: Zippable = {
    'x_train.npy': [x, { level }],
    'y_train.npy': [y, { level }],
    'names.npy': [LABELS.subarray(0, 90), { level }],
  };
  return zipSync(files, { mtime: new Date(2026, 0, 2) });
};
const GZIP_OPTIONS = { mtime: 0, filename: 'train-images' } as const;
const TENSORS = writeSafetensors(
  {
    W1: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    b: { shape: [], data: Float64Array.of(5) },
    'n"1': { shape: [3], data: Uint32Array.of(6, 7, 8) },
  },
  { format: 'pt' },
);
const SMALL_TENSORS = (() => {
  const header = '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BOOL","shape":[3],"data_offsets":[4,7]}}  ';
  return join([header.length, 0, 0, 0, 0, 0, 0, 0], new TextEncoder().encode(header), [0x80, 0x3f, 0, 0x40], [1, 0, 1]);
})();

const from =
  (...files: readonly Uint8Array[]) =>
  (draw: Draw): Uint8Array =>
    mutated(files[draw(files.length)]!, draw);
/** In a container that is whole every second time, so that what is behind its checksum is reached too. */
const MAKERS = {
  npy: from(X, HALF, WIDE, LABELS),
  idx: from(IDX, IDX_FLOATS),
  npz: (draw: Draw): Uint8Array => {
    const level = draw(2) === 0 ? 0 : 6;
    return draw(2) === 0
      ? archive(mutated(X, draw), draw(2) === 0 ? LABELS : mutated(LABELS, draw), level)
      : mutated(archive(X, LABELS, level), draw);
  },
  gzip: (draw: Draw): Uint8Array =>
    draw(2) === 0 ? gzipSync(mutated(IDX, draw), GZIP_OPTIONS) : mutated(gzipSync(IDX, GZIP_OPTIONS), draw),
  safetensors: from(TENSORS, SMALL_TENSORS),
} as const;

export type FuzzedFormat = keyof typeof MAKERS;
export const FUZZED = Object.keys(MAKERS) as readonly FuzzedFormat[];
export const fuzzedFile = (format: FuzzedFormat, k: number): Uint8Array => MAKERS[format](drawn(k));
