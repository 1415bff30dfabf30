/** The time that reading takes grows with the length of a text, and not with its square, whatever the text. */
import { expect, test } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { cellReader } from './cell';
import { describeTable } from './describe';
import { readTable } from './table';

const encoder = new TextEncoder();
const LONGEST = 2 ** 20;

/** Texts that patterns try in many ways before they give up: all but one character fit. */
const WORST: Readonly<Record<string, (n: number) => string>> = {
  digits: (n) => '1'.repeat(n),
  'digits and a letter': (n) => `${'1'.repeat(n)}x`,
  'digits, a point and a letter': (n) => `${'1'.repeat(n / 2)}.${'1'.repeat(n / 2)}x`,
  'digits behind a point': (n) => `.${'0'.repeat(n)}x`,
  'digits behind a comma': (n) => `1,${'0'.repeat(n)}x`,
  'an exponent': (n) => `1e${'1'.repeat(n)}x`,
  signs: (n) => '-'.repeat(n),
  points: (n) => '.'.repeat(n),
  'groups of digits': (n) => `1${',234'.repeat(n / 4)}x`,
  'parts of a date': (n) => '1-'.repeat(n / 2),
  'spaces and a letter': (n) => `${' '.repeat(n)}x${' '.repeat(n)}y`,
  letters: (n) => 'na'.repeat(n / 2),
};
/** Texts that are hard to divide. */
const WHOLE: Readonly<Record<string, (n: number) => string>> = {
  'empty lines': (n) => '\n'.repeat(n),
  'returns alone': (n) => '\r'.repeat(n),
  comments: (n) => `a,b\n${'#\n'.repeat(n / 2)}1,2`,
  'one long comment': (n) => `#${'"'.repeat(n)}\na,b\n1,2`,
  quotes: (n) => '"'.repeat(n),
  'an open quote': (n) => `a,b\n"${'x\n'.repeat(n / 2)}`,
  'cells of a quote each': (n) => '"",'.repeat(n / 3),
  delimiters: (n) => ',;|\t '.repeat(n / 5),
  'ends of files': (n) => `a,b\n1,2\n${'\u001A'.repeat(n)}`,
  'spaces before quotes': (n) => `a,b\n${' '.repeat(n)}"1",2`,
  'records of two cells': (n) => 'a,1\n'.repeat(n / 4),
  'different texts': (n) => Array.from({ length: n / 16 }, (_, i) => `text ${i},${i},${i % 2}\n`).join(''),
};

const attempt = (text: string): void => {
  const file = { name: 'a.csv', data: encoder.encode(text) };
  const options = { target: 0, task: 'auto' } as const;
  for (const read of [() => describeTable(file, options), () => readTable(file, undefined, options)])
    try {
      read();
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof ConfigError)) throw error;
    }
};

/** The lesser of two processor times, ms: what disturbs only adds. */
const timeOf = (run: () => void): number =>
  Math.min(
    ...Array.from({ length: 2 }, () => {
      const start = process.cpuUsage();
      run();
      return process.cpuUsage(start).user / 1000;
    }),
  );

/** Four times the length takes four times as long, or sixteen times where the work is a square; half way, beside a pause of the collector. */
const PAUSE = 40;
const expectLinear = (run: (n: number) => () => void): void => {
  let before = timeOf(run(LONGEST / 64));
  for (let n = LONGEST / 16; n <= LONGEST; n *= 4) {
    const now = timeOf(run(n));
    expect(now).toBeLessThan(8 * before + PAUSE);
    before = now;
  }
};

test.each(Object.entries(WORST))('a cell of %s', (_, text) => {
  const readers = [cellReader('.'), cellReader(',')];
  expectLinear((n) => {
    const cell = text(n);
    return () => readers.forEach(({ kind }) => kind(cell));
  });
  for (const [before, after] of [
    ['u,v\n1,2\n', ',3\n'],
    ['', ';v\n1;2\n3;4\n'],
  ])
    expectLinear((n) => {
      const table = `${before}${text(n)}${after}`;
      return () => attempt(table);
    });
});

test.each(Object.entries(WHOLE))('a file of %s', (_, text) => {
  expectLinear((n) => {
    const file = text(n);
    return () => attempt(file);
  });
});
