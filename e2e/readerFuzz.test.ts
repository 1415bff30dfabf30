/**
 * Readers of binary files on mutated ones: they read, or throw FormatError or ConfigError, and what they give is within their limits. Files a
 * format: VITE_FUZZ=1000000 npx vitest run --project dawn e2e/readerFuzz.test.ts
 */
import { expect, it } from 'vitest';
import { ConfigError, FormatError } from '../src/core/errors';
import { readGzip } from '../src/data/gzip';
import { readIdx } from '../src/data/idx';
import { toFloat64 } from '../src/data/ndarray';
import { readNpy } from '../src/data/npy';
import { readNpz } from '../src/data/npz';
import { readTable } from '../src/data/table';
import { readSafetensors } from '../src/runtime/safetensors';
import { FUZZED, fuzzedFile, LABELS, type FuzzedFormat } from './readerFuzz';

const FILES = Number(import.meta.env['VITE_FUZZ'] ?? 400);
/** Of a container's contents. */
const MOST = 2 ** 16;

const table = (data: Uint8Array, labels: boolean): number =>
  readTable({ name: 'x', data }, labels ? { name: 'y', data: LABELS } : undefined, { target: 0, task: 'auto' }).dataset.x.byteLength;
/** Each reader by itself and, where it has one, its way through a reader's own files. Gives the bytes that were made of the file. */
const READERS: Readonly<Record<FuzzedFormat, readonly ((bytes: Uint8Array) => number)[]>> = {
  npy: [(b) => toFloat64(readNpy(b)).byteLength, (b) => table(b, true)],
  idx: [(b) => toFloat64(readIdx(b)).byteLength, (b) => table(b, true)],
  npz: [
    (b) => {
      const { names, read, summary } = readNpz(b, { maxBytes: MOST });
      return summary().length + names.reduce((sum, name) => sum + read(name).data.byteLength, 0);
    },
    (b) => table(b, false),
  ],
  gzip: [(b) => readGzip(b, { maxBytes: MOST }).length, (b) => table(b, true)],
  safetensors: [(b) => Object.values(readSafetensors(b).tensors).reduce((sum, { data }) => sum + data.byteLength, 0)],
};
/** Float64 of one byte each; containers are small files of less than this. */
const mostMade = (format: FuzzedFormat, bytes: number): number => (format === 'npz' || format === 'gzip' ? 8 * MOST : 8 * bytes);

/** Bytes made of the file, or undefined where it is refused; other errors go through. */
const outcome = (read: (bytes: Uint8Array) => number, bytes: Uint8Array): number | undefined => {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof FormatError || error instanceof ConfigError) return undefined;
    throw error;
  }
};

it.each(FUZZED)(
  '%s',
  (format) => {
    let [read, refused, slowest, slow] = [0, 0, 0, 0];
    for (let k = 0; k < FILES; k++) {
      const bytes = fuzzedFile(format, k);
      const start = performance.now();
      const made = READERS[format].map((read) => {
        try {
          return outcome(read, bytes);
        } catch (cause) {
          throw new Error(`file ${k}: ${[...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')}`, { cause });
        }
      });
      const ms = performance.now() - start;
      if (ms > slow) [slow, slowest] = [ms, k];
      read += Number(made.some((n) => n !== undefined));
      refused += Number(made.includes(undefined));
      if (made.some((n) => (n ?? 0) > mostMade(format, bytes.length))) expect.fail(`file ${k}: ${made.join()} bytes of ${bytes.length}`);
    }
    console.log(
      `${format}: ${FILES} files, ${read} read, ${refused} refused at least once, slowest ${slow.toFixed(1)} ms (file ${slowest})`,
    );
    // Both kinds are met, or the mutations would show nothing.
    expect(Math.min(read, refused)).toBeGreaterThan(0);
  },
  3_600_000,
);
