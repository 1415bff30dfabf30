/** NumPy's .npz: a zip archive of .npy files, one an array. */
import { ConfigError, FormatError } from '../core/errors';
import { showShape } from '../core/shape';
import { DEFAULT_MAX_BYTES, inputBytes, type NdArray, type ReadLimits } from './ndarray';
import { readNpy } from './npy';
import { decodeNpyHeader, MAX_HEADER_END } from './npyHeader';
import { entryPrefix, extractEntry, zipEntries, type ZipEntry } from './zip';

export interface Npz {
  /** Of the arrays, in the archive's order. */
  readonly names: readonly string[];
  /** Reads one. Throws ConfigError for a name that is not there, FormatError as `readNpy` does and for damage. */
  readonly read: (name: string) => NdArray;
  /** Name, type and shape for a message, with a word in place of the latter two where they are not read. At most 12 arrays, and how many more. */
  readonly summary: () => string;
}

const LISTED = 12;

/** Type and shape from as much of the array as holds them. */
const described = (entry: ZipEntry): string => {
  try {
    const { header } = decodeNpyHeader(entryPrefix(entry, MAX_HEADER_END));
    return `${header.dtype} ${showShape(header.shape)}`;
  } catch (error) {
    if (error instanceof FormatError) return 'no array of numbers';
    throw error;
  }
};

/**
 * Lists the arrays; each is decompressed when it is read. `maxBytes` is a limit for the file and for each array. Throws FormatError for
 * anything but a zip archive with .npy files in it.
 */
export const readNpz = (input: Uint8Array | ArrayBuffer, { maxBytes = DEFAULT_MAX_BYTES }: ReadLimits = {}): Npz => {
  const files = zipEntries(inputBytes('npz', input, maxBytes)).filter(({ name }) => name.endsWith('.npy'));
  if (files.length === 0) throw new FormatError('npz', 'the zip archive holds no .npy file');
  const entries = new Map(files.map((entry) => [entry.name.slice(0, -'.npy'.length), entry]));
  const names = [...entries.keys()];
  return {
    names,
    read: (name) => {
      const entry = entries.get(name);
      if (!entry) throw new ConfigError(`no array '${name}'; there are ${names.slice(0, LISTED).join(', ')}`);
      return readNpy(extractEntry(entry, maxBytes), { maxBytes });
    },
    summary: () => {
      const listed = [...entries].slice(0, LISTED).map(([name, entry]) => `${name} (${described(entry)})`);
      return listed.join(', ') + (names.length > LISTED ? ` and ${names.length - LISTED} more` : '');
    },
  };
};
