/** The header of a safetensors file: JSON of one shape, held to what the format asks of it. Source: huggingface.co/docs/safetensors, "Format". */
import { FormatError } from '../core/errors';
import type { Shape } from '../core/shape';

export interface TensorEntry {
  readonly name: string;
  /** As the file says; not yet looked at. */
  readonly dtype: string;
  readonly shape: Shape;
  /** Bytes, from the first behind the header. */
  readonly begin: number;
  readonly end: number;
}
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The deepest that a valid header has: a shape, in its entry, in the header. */
const MAX_DEPTH = 3;

export const fail = (message: string): never => {
  throw new FormatError('safetensors', message);
};

/** Index behind the string that starts at `from` with a quote. */
const endOfString = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return fail('the header is not a JSON object: a string is never closed');
};

/**
 * What JSON.parse lets pass or would spend memory on: a key twice in an object, numbers that are not written as whole ones, and values
 * nested deeper than any valid header's. One pass; all else is left to JSON.parse.
 */
const checkText = (text: string): void => {
  const colon = /\s*:/y;
  const open: (Set<string> | undefined)[] = []; // keys of each open object, so far
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '{' || c === '[') {
      if (open.push(undefined) > MAX_DEPTH) fail('the header is nested deeper than entries and their shapes are');
    } else if (c === '}' || c === ']') open.pop();
    else if (c === '.' || c === '-' || ((c === 'e' || c === 'E') && /\d/.test(text[i - 1] ?? '')))
      fail(`the header has a number that is not whole, at character ${i}`);
    else if (c === '"') {
      const start = i;
      const end = endOfString(text, start);
      i = end - 1;
      colon.lastIndex = end;
      if (!colon.test(text)) continue;
      const key = String(JSON.parse(text.slice(start, end)));
      const keys = (open[open.length - 1] ??= new Set());
      if (keys.has(key)) fail(`the header gives the key '${key}' twice`);
      keys.add(key);
    }
  }
};

const isObject = (v: unknown): v is Readonly<Record<string, unknown>> => typeof v === 'object' && v !== null && !Array.isArray(v);

const parse = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  if (bytes[0] !== 0x7b) fail("the header is not a JSON object: it must begin with '{'");
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    checkText(text);
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch (error) {
    if (error instanceof FormatError) throw error;
  }
  return fail('the header is not a JSON object in UTF-8');
};

const isCounts = (v: unknown): v is readonly number[] => Array.isArray(v) && v.every((n) => Number.isSafeInteger(n) && n >= 0);
const isTable = (v: unknown): v is Readonly<Record<string, string>> => isObject(v) && Object.values(v).every((s) => typeof s === 'string');

const entryOf = (name: string, value: unknown): TensorEntry => {
  if (!isObject(value)) return fail(`the entry '${name}' is malformed`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    return fail(`the entry '${name}' is malformed`);
  return { name, dtype, shape, begin: offsets[0]!, end: offsets[1]! };
};

/** Throws FormatError for text that is no header; whether entries fit their shapes and the file is for the reader to check. */
export const decodeSafetensorsHeader = (bytes: Uint8Array): SafetensorsHeader => {
  const { __metadata__: metadata = {}, ...entries } = parse(bytes);
  if (!isTable(metadata)) return fail('__metadata__ is no table of strings');
  return { entries: Object.entries(entries).map(([name, value]) => entryOf(name, value)), metadata };
};
