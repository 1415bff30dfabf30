/** What is found out of text tables, and what a reader can say instead. */
import { describe, expect, it, test } from 'vitest';
import { ConfigError, FormatError } from '../core/errors';
import { describeTable, type TableDescription } from './describe';
import { readTable, type TableOptions } from './table';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const OPTIONS: TableOptions = { target: 0, task: 'auto' };
const file = (data: string | Uint8Array) => ({ name: 'a.csv', data: typeof data === 'string' ? bytes(data) : data });
const told = (text: string | Uint8Array, options: Partial<TableOptions> = {}): TableDescription =>
  describeTable(file(text), { ...OPTIONS, ...options });
const read = (text: string | Uint8Array, options: Partial<TableOptions> = {}) =>
  readTable(file(text), undefined, { ...OPTIONS, ...options });
const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
/** Role and type of each column, as "feature number". */
const kinds = (d: TableDescription): readonly string[] => d.columns.map(({ role, type }) => `${role} ${type}`);

/** As a competition hands them out: an id, texts, missing values, a date, a ticket that is a number here and a text there. */
const PASSENGERS = `PassengerId,Name,Sex,Age,Boarded,Ticket,Deck,Survived\n${lines(
  120,
  (i) =>
    `${i + 1},"No. ${i}, Mr.",${i % 3 ? 'male' : 'female'},${i % 7 ? 20 + (i % 40) : ''},1912-04-${10 + (i % 5)},` +
    `${i % 2 ? `A/5 ${i}` : 3000 + i},${i % 4 ? '' : `C${i}`},${i % 2}`,
)}`;

describe('a table with everything in it', () => {
  const d = told(PASSENGERS);
  it('is described column by column', () => {
    expect(kinds(d)).toEqual([
      'ignore number',
      'ignore text',
      'feature category',
      'feature number',
      'ignore date',
      'ignore text',
      'ignore text',
      'target number',
    ]);
    expect(d.columns[0]).toMatchObject({ number: 1, name: 'PassengerId', note: 'an id', samples: ['1', '2', '3', '4', '5'] });
    expect(d.columns[2]).toMatchObject({ categories: ['female', 'male'], missing: 0, note: '' });
    expect(d.columns[3]).toMatchObject({ missing: 18, policy: 'mean' });
    expect(d.columns[7]).toMatchObject({ missing: 0, policy: 'refuse' });
    expect(d).toMatchObject({ names: true, delimiter: ',', decimal: '.', encoding: 'utf-8', rows: 120, features: 3, refusals: [] });
    expect(d.preview).toHaveLength(20);
    expect(d.preview[1]).toEqual(['2', 'No. 1, Mr.', 'male', '21', '1912-04-11', 'A/5 1', '', '1']);
  });
  it('trains as it is, and says what was made of it', () => {
    const { dataset, understood } = read(PASSENGERS);
    expect(dataset).toMatchObject({ n: 120, d: 3, classes: 2, classNames: ['0', '1'] });
    expect([...dataset.x.subarray(3, 6)]).toEqual([0, 1, 21]);
    const ages = Array.from({ length: 120 }, (_, i) => i).filter((i) => i % 7 > 0);
    expect(dataset.x[2]).toBe(ages.reduce((sum, i) => sum + 20 + (i % 40), 0) / ages.length); // whole numbers: their sum is exact
    expect(understood).toContain(
      `120 examples of 3 features (Sex=female, Sex=male, Age); target "Survived": 2 classes (0, 1), numbered in ascending order. ` +
        `Left out: "PassengerId" (an id), "Name" (more than 50 distinct texts), "Boarded" (dates), "Ticket" (more than 50 distinct texts), ` +
        `"Deck" (texts that hardly repeat). One feature for each value of: "Sex" (2 values). ` +
        `Missing values are set to their column's mean: "Age" (18).`,
    );
  });
  it('is read as its reader says instead', () => {
    const columns = { PassengerId: { role: 'feature' }, 4: { missing: 'drop' }, Sex: { role: 'ignore' } } as const;
    const { dataset, understood } = read(PASSENGERS, { columns, target: 'Survived' });
    expect(dataset).toMatchObject({ n: 102, d: 2 });
    expect(understood).toContain('18 rows with missing values are left out.');
    expect(read(PASSENGERS, { target: 'Sex' }).dataset).toMatchObject({ classNames: ['female', 'male'], d: 2 });
    expect(read(PASSENGERS, { target: 4, missing: 'drop' }).dataset).toMatchObject({ kind: 'regression', n: 102 });
    expect(read(PASSENGERS, { columns: { Age: { type: 'category' } } }).dataset.d).toBe(2 + 40);
    expect(told(PASSENGERS, { columns: { Ticket: { role: 'feature' } } }).refusals).toEqual([
      'column 6 ("Ticket") holds more than 50 distinct values, the most that categories may be. Leave it out',
    ]);
    expect(() => read(PASSENGERS, { columns: { Sex: { type: 'number' } } })).toThrow(
      'row 2: column 3 ("Sex") holds "female"; features are finite',
    );
  });
  it.each<[string, Partial<TableOptions>, string]>([
    ['a column that is not there', { columns: { Fare: { role: 'ignore' } } }, 'there is no column "Fare"; the columns are "PassengerId"'],
    ['a number beyond the last', { columns: { 9: { role: 'ignore' } } }, 'there is no column 9: the file has 8 columns'],
    ['the target by a name that is none', { target: 'Died' }, 'there is no column "Died"'],
    ['a role of the target', { columns: { Survived: { role: 'ignore' } } }, 'column 8 ("Survived") is the target'],
    ['the mean of a target', { columns: { 8: { missing: 'mean' } } }, 'the target "Survived" cannot take the mean'],
  ])('%s: refused', (_, options, message) => {
    expect(() => told(PASSENGERS, options)).toThrow(ConfigError);
    expect(() => told(PASSENGERS, options)).toThrow(message);
  });
});

describe('a missing mark', () => {
  const MARKS = ['NA', 'n/a', '?', 'null', 'NaN', 'None', '-', '#N/A', '<NA>', '.', 'NIL', ''];
  it.each(MARKS)('%o in a target is refused by row, and its row dropped on request', (mark) => {
    for (const good of [(i: number) => String(i * 0.25), (i: number) => String(i % 3), (i: number) => (i % 2 ? 'on' : 'off')]) {
      const text = `u,v,z\n${lines(30, (i) => `${i * i},${i % 11},${i === 17 ? mark : good(i)}`)}`;
      expect(() => read(text)).toThrow(FormatError);
      expect(() => read(text)).toThrow(/row 19: the target, column 3 \("z"\), (?:is empty|has no value)/);
      const whole = read(`u,v,z\n${lines(30, (i) => `${i * i},${i % 11},${good(i)}`)}`).dataset;
      for (const options of [{ missing: 'drop' }, { columns: { z: { missing: 'drop' } } }] as const)
        expect(read(text, options).dataset).toMatchObject({ n: 29, d: 2, kind: whole.kind });
      if (whole.kind === 'classification') expect(read(text, { missing: 'drop' }).dataset).toMatchObject({ classes: whole.classes });
    }
  });
  it.each(['-inf', 'Infinity', '1e400', 'high'])('%s among numbers in a target is refused by row, drop or not', (odd) => {
    const text = `u,z\n${lines(60, (i) => `${i},${i === 40 ? odd : i * 0.5}`)}`;
    for (const missing of ['auto', 'drop'] as const)
      expect(() => read(text, { missing })).toThrow(/row 42: the target, column 2 \("z"\), holds/);
  });
  it('can be said to be none, and others can be said to be one', () => {
    const text = `u,z\n${lines(12, (i) => `${i === 3 ? -999 : i},${i % 2 ? 'none' : 'some'}`)}`;
    const { dataset } = read(text, { marks: ['-999'] });
    expect(dataset).toMatchObject({ classNames: ['some', 'none'] });
    expect(dataset.x[3]).toBe((66 - 3) / 11);
  });
  it('of a category becomes the share of each value', () => {
    expect([...read('c,y\na,1\nb,2\n?,1\na,2\na,1').dataset.x.subarray(4, 6)]).toEqual([0.75, 0.25]);
  });
  it('in every cell: the column is left out, and the last column with values is the target', () => {
    const d = told('u,v,w,y,\n1,NA,3,a,\n4,?,5,b,');
    expect(kinds(d)).toEqual(['feature number', 'ignore empty', 'feature number', 'target category', 'ignore empty']);
    expect(() => read('u,v\n1,\n2,', { target: 2 })).toThrow('the target, column 2 ("v"), holds no value');
    expect(() => read('u,v,y\n,1,a\n2,,b', { missing: 'drop' })).toThrow('each of the 2 rows lacks a value');
  });
});

describe('names', () => {
  const pandas = (index: boolean) =>
    `${index ? ',' : ''}0,1,2,3\n${lines(9, (i) => `${index ? `${i},` : ''}${i * 0.5},${i},${i % 2},${i % 3}`)}`;
  it.each<[string, string, boolean]>([
    ['texts above numbers', 'b,4\n1,2\n3,4', true],
    ['dates above numbers', `place,2020-01-22,2020-01-23\n${lines(5, (i) => `p${i},${i},${i + 1}`)}`, true],
    ['numbers that follow each other, and a text above labels', `7,8,9,class\n${lines(8, (i) => `${i},2,3,${i % 2 ? 'x' : 'y'}`)}`, true],
    ['numbers, above an index without a name', pandas(true), true],
    ['texts above texts, none of which occurs again', 'shape,colour\nround,red\nflat,red', true],
    ['texts that occur again', 'p,x,s\ne,x,s\np,y,f', false],
    ['a label that occurs again', `5,6,x\n${lines(8, (i) => `${i},2,${i % 2 ? 'x' : 'y'}`)}`, false],
    ['a rare label beside measurements', `5.1,3.5,rare\n${lines(8, (i) => `${i}.5,2,${i % 2 ? 'x' : 'y'}`)}`, false],
    ['numbers above numbers', pandas(false), false],
    ['a missing value above numbers', '?,1\n2,3\n4,5', false],
  ])('%s', (_, text, names) => {
    expect(told(text).names).toBe(names);
    for (const header of ['yes', 'no'] as const) expect(told(text, { header }).names).toBe(header === 'yes');
  });
  it('that cannot be told from an example are pointed out', () => {
    expect(told(pandas(false)).understood).toContain('The first row (0, 1, 2, 3) is an example; if it holds names, say so.');
    expect(read(pandas(false), { header: 'yes' }).dataset).toMatchObject({ n: 9, d: 3, classes: 3 });
  });
  it('of an index: left out where it counts the rows, unless nothing else is left', () => {
    for (const name of ['', 'Unnamed: 0', 'id', 'ID', 'row_id', 'index', 'sampleId']) {
      expect(kinds(told(`${name},v,y\n${lines(9, (i) => `${i + 5},${i % 4},${i % 2}`)}`))[0]).toBe('ignore number');
      expect(read(`${name},y\n${lines(9, (i) => `${i + 5},${i % 2}`)}`).dataset.d).toBe(1);
    }
    for (const name of ['humid', 'paid', 'v'])
      expect(kinds(told(`${name},v,y\n${lines(9, (i) => `${i},1,${i % 2}`)}`))[0]).toBe('feature number');
    expect(kinds(told(`,v,y\n${lines(9, (i) => `${i * i},1,${i % 2}`)}`))[0]).toBe('feature number');
  });
  it('twice the same are told apart by number', () => {
    expect(() => told('a,a,y\n1,2,3', { target: 'a' })).toThrow('two columns are named "a"; give its number');
    expect(kinds(told('a,a,y\n1,2,3\n4,5,6', { target: 2 }))[1]).toBe('target number');
  });
});

describe('labels', () => {
  it('are told apart by their text', () => {
    const { dataset, understood } = read(`u,z\n${lines(12, (i) => `${i},${['7', '007', '7.0', '12'][i % 4]}`)}`);
    expect(dataset).toMatchObject({ classes: 4, classNames: ['007', '7', '7.0', '12'] });
    expect(understood).toContain('told apart by their text, also where they are the same number (007 and 7, 7 and 7.0)');
  });
  it('each of which is another are none', () => {
    expect(() => read(`u,z\n${lines(40, (i) => `${i % 7},name ${i}`)}`)).toThrow('each of the 40 examples has a label of its own');
    expect(read(`u,z\n${lines(40, (i) => `${i % 7},name ${i % 39}`)}`).dataset).toMatchObject({ classes: 39 });
  });
  it('may be codes among texts', () => {
    expect(read(`u,z\n${lines(40, (i) => `${i},${['0', '1', '2', '3+'][i % 4]}`)}`).dataset).toMatchObject({
      classNames: ['0', '1', '2', '3+'],
    });
  });
});

test('a text among the numbers of a feature is refused, codes with a text are categories', () => {
  expect(() => read(`u,y\n${lines(60, (i) => `${i === 44 ? 'forty' : i},${i % 2}`)}`)).toThrow('row 46: column 1 ("u") holds "forty"');
  expect(told(`u,y\n${lines(60, (i) => `${i % 5 === 4 ? '4+' : i % 5},${i % 2}`)}`).columns[0]).toMatchObject({
    type: 'category',
    categories: ['0', '1', '2', '3', '4+'],
  });
  expect(() => read(`u\ty\n${lines(60, (i) => `${i === 44 ? '4,5' : i + 0.5}\t${i % 2}`)}`)).toThrow(
    'row 46: column 1 ("u") holds "4,5"; features are finite numbers. Is that a decimal comma? Then say so.',
  );
});

test('what float32 cannot hold is refused by row and column', () => {
  expect(() => read(`u,y\n${lines(9, (i) => `${i === 6 ? '-4e38' : i},${i % 2}`)}`)).toThrow(
    'row 8: column 1 ("u") holds "-4e38", too large for float32',
  );
  expect(() => read(`u,y\n${lines(30, (i) => `${i},${i}.5e40`)}`)).toThrow('row 2: column 2 ("y") holds "0.5e40", too large for float32');
  expect(read(`u,y\n${lines(9, (i) => `${i === 6 ? '3.4028234e38' : i},${i % 2}`)}`).dataset.n).toBe(9);
});
