/** Targets of examples as classes or as numbers, and what they were taken for. */
import { FormatError } from '../core/errors';
import { shown } from './csv';
import { classification, regression, type Dataset } from './dataset';

/** `auto`: texts, and at most 20 distinct whole numbers, are classes; other numbers are targets of a regression. */
export type TableTask = 'auto' | 'classes' | 'numbers';

/** Labels [n] of named classes. */
export interface Classes {
  readonly kind: 'classes';
  readonly y: Uint32Array;
  readonly names: readonly string[];
  readonly words: string;
}
/** Row-major [n, outputs]. */
export interface Numbers {
  readonly kind: 'numbers';
  readonly y: Float64Array;
  readonly outputs: number;
  readonly words: string;
}
export type Targets = Classes | Numbers;

/** Distinct whole numbers that are still taken for classes. */
export const FEW = 20;
/** A target of more distinct labels is an id or a text, not a class. */
export const MOST_CLASSES = 1000;

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
/** The first few and the last. */
export const some = (list: readonly string[]): string =>
  list.length > 6 ? `${list.slice(0, 5).map(short).join(', ')}, … ${short(list.at(-1)!)}` : list.map(short).join(', ');

/** Characters of a label, at most: longer ones are texts, and slow to tell apart. */
export const LONGEST_LABEL = 1000;

export const tooManyClasses = (format: string, examples: number): FormatError =>
  new FormatError(
    format,
    `more than ${MOST_CLASSES} distinct labels among the first ${examples} examples; at most ${MOST_CLASSES} are classes. ` +
      `Is this an id? Choose another target, or set 'Target is' to numbers`,
  );

/** Throws FormatError for fewer than two classes. */
export const classesOf = (format: string, y: Uint32Array, names: readonly string[], order: string): Classes => {
  if (names.length < 2)
    throw new FormatError(
      format,
      `every example has the target ${shown(names[0] ?? '')}: there is nothing to tell apart. Choose another target column or file`,
    );
  return { kind: 'classes', y, names, words: `${names.length} classes (${some(names)}), numbered ${order}` };
};

/** Throws FormatError where all are the same. */
export const regressionOn = (format: string, y: Float64Array): Numbers => {
  if (y.every((v) => v === y[0]))
    throw new FormatError(format, `every example has the target ${y[0]}: there is nothing to learn. Choose another target column or file`);
  return { kind: 'numbers', y, outputs: 1, words: 'numbers, a regression' };
};

/** The distinct values in ascending order; of more than `most` the position of the first beyond them. */
const distinctOf = (values: Float64Array, most: number): readonly number[] | { readonly beyond: number } => {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length; i++) if (distinct.add(values[i]!).size > most) return { beyond: i };
  return [...distinct].toSorted((a, b) => a - b);
};

/** Throws FormatError for fractions as classes, too many classes, and one value only. */
export const numbers = (format: string, values: Float64Array, task: TableTask): Targets => {
  const fraction = values.find((v) => !Number.isInteger(v));
  if (task === 'classes' && fraction !== undefined)
    throw new FormatError(format, `the targets hold ${fraction}; numbers that are classes are whole. Set 'Target is' to numbers`);
  if (task === 'numbers' || fraction !== undefined) return regressionOn(format, values);
  const sorted = distinctOf(values, task === 'classes' ? MOST_CLASSES : FEW);
  if ('beyond' in sorted) {
    if (task === 'classes') throw tooManyClasses(format, sorted.beyond + 1);
    return regressionOn(format, values);
  }
  const rank = new Map(sorted.map((v, i) => [v, i]));
  return classesOf(
    format,
    Uint32Array.from(values, (v) => rank.get(v)!),
    sorted.map(String),
    'in ascending order',
  );
};

/** x [n, d] and targets as a data set. */
export const assemble = (name: string, n: number, d: number, x: Float64Array, t: Targets): Dataset =>
  t.kind === 'classes'
    ? classification({ name, n, d, x, y: t.y, classes: t.names.length, classNames: t.names })
    : regression({ name, n, d, x, y: t.y, outputs: t.outputs });
