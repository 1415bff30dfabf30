import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../core/errors';
import { bundleOf, keptOf, readBundle, toJson, withoutInputs, writeBundle, type RunBundle } from './bundle';
import type { PointRow } from './study';
import { keptRun } from './store/fakeKept';

const AWKWARD = [NaN, Infinity, -Infinity, -0, 0, 1e-300, 5e-324, 2 ** 53 + 2, -(2 ** 64), 0.1 + 0.2, 1.7976931348623157e308];
const point = (x: number, y: number, seed = 0): PointRow => ({ kind: 'point', chart: 'c, "d"', series: 's\n', x, seed, y });
const verdict = {
  id: 'v',
  says: 's',
  source: 'o',
  falsifier: 'f',
  measured: 'm',
  verdict: 'agrees',
  value: NaN,
  interval: [-Infinity, -0],
} as const;
const kept = keptRun({ id: 'a', verdicts: [verdict], live: [{ call: 3, changes: { offset: 1e-300 } }] });
const bundle = (changes: Partial<RunBundle> = {}): RunBundle => ({ ...bundleOf(kept, [], {}), ...changes });
/** The file's object with some fields changed; undefined leaves one out. */
const changed = (changes: object): string => JSON.stringify({ ...(JSON.parse(writeBundle(bundle())) as object), ...changes });

describe('a run as a file', () => {
  it('comes back bit for bit', () => {
    const run = bundle({
      points: AWKWARD.flatMap((x) => AWKWARD.map((y, seed) => point(x, y, seed))),
      cells: AWKWARD.map((v, i) => ({ kind: 'cell', chart: 'h', x: v, y: i, seed: 1, value: v })),
      inputs: { data: { name: 'ü.npy', data: Uint8Array.from({ length: 256 }, (_, i) => i) }, empty: { name: '', data: new Uint8Array() } },
    });
    expect(readBundle(writeBundle(run))).toStrictEqual(run); // toStrictEqual tells −0 from 0
    expect(writeBundle(readBundle(writeBundle(run)))).toBe(writeBundle(run));
  });

  it('comes back whatever the numbers, texts and bytes', () => {
    const text = fc.string({ unit: 'binary' });
    const rows = fc.array(
      fc.record(
        { kind: fc.constant('point' as const), chart: text, series: text, x: fc.double(), seed: fc.nat(), y: fc.double() },
        { noNullPrototype: true },
      ),
    );
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const setting = fc.oneof(finite, fc.boolean(), fc.array(finite), fc.constantFrom('plain', ''));
    fc.assert(
      fc.property(
        rows,
        fc.uint8Array(),
        fc.dictionary(
          text.map((t) => `k${t}`),
          setting,
          { noNullPrototype: true },
        ),
        (points, bytes, config) => {
          const base = bundle();
          const run: RunBundle = {
            ...base,
            facts: { ...base.facts, config },
            points,
            inputs: { f: { name: 'f', data: new Uint8Array(bytes) } },
          };
          const back = readBundle(writeBundle(run));
          expect([back.points, back.inputs, Object.entries(back.facts.config)]).toStrictEqual([
            run.points,
            run.inputs,
            Object.entries(config),
          ]);
        },
      ),
    );
  });

  it('carries a file longer than one call takes arguments, of bytes that are no text', () => {
    const data = Uint8Array.from({ length: 300_001 }, (_, i) => (i * 7919) % 256);
    expect(readBundle(writeBundle(bundle({ inputs: { big: { name: 'b', data } } }))).inputs['big']!.data).toEqual(data);
  });

  it('can be shared without the files of whoever made it, and says which they were', () => {
    const inputs = { data: { name: 'mine.csv', data: Uint8Array.of(1) } };
    const shared = readBundle(writeBundle(withoutInputs(bundle({ inputs }))));
    expect([shared.inputs, shared.leftOut]).toEqual([{}, { data: 'mine.csv' }]);
    expect(withoutInputs(shared)).toEqual(shared);
    expect(withoutInputs(bundle()).leftOut).toBeUndefined();
  });

  it('is read as version 2 has it, with its experiment in place of a study, and behind a byte-order mark', () => {
    const { study: _, ...rest } = JSON.parse(writeBundle(bundle())) as Record<string, unknown>;
    const { facts } = readBundle(`\uFEFF${JSON.stringify({ ...rest, version: 2, experiment: 'double-descent' })}`);
    expect(facts).toEqual({ ...bundle().facts, study: 'double-descent' });
  });

  it('writes JSON that others read, a row a line', () => {
    const text = writeBundle(bundle({ points: [point(1, NaN), point(2, -0)] }));
    expect(JSON.parse(text)).toMatchObject({
      format: 'overparam-run',
      version: 3,
      points: [
        ['c, "d"', 's\n', 0, 1, 'NaN'],
        ['c, "d"', 's\n', 0, 2, '-0'],
      ],
      cells: [],
      inputs: {},
    });
    expect(text.split('\n').filter((line) => line.includes('c, \\"d\\"'))).toHaveLength(2);
    expect(JSON.parse(toJson([Infinity, -0, 1]))).toEqual(['Infinity', '-0', 1]);
  });

  it.each([
    ['text that is not JSON', 'chart,x,y\n1,2,3', /not JSON[^]*choose one/],
    ['a file cut short', writeBundle(bundle()).slice(0, -40), /not JSON/],
    ['another format', '{"format":"tensors"}', /"tensors".*overparam-run.*Choose/],
    ['no object', 'null', /undefined.*overparam-run/],
    ['another version', changed({ version: 1 }), /version 1; .*versions 2 and 3. Export/],
    ['a missing field', changed({ study: undefined }), /'study'.*export the run again/],
    ['missing rows', changed({ points: undefined }), /'points'/],
    ['a row too short', changed({ points: [['c', 's', 0, 1]] }), /'points\.0\.4'/],
    ['a row too long', changed({ cells: [['c', 0, 1, 2, 3, 4]] }), /'cells\.0\.5'/],
    ['a number that is a text', changed({ points: [['c', 's', 0, 1, '2']] }), /'points\.0\.4'/],
    ['a setting that is an object', changed({ config: { points: {} } }), /'config\.points'/],
    ['an unknown state', changed({ state: 'running' }), /'state'/],
    ['a date that is none', changed({ date: 'yesterday' }), /'date'/],
    ['a call that is no whole number', changed({ live: [{ call: 0.5, changes: {} }] }), /'live\.0\.call'/],
    [
      'bytes that are not base64',
      changed({ inputs: { f: { name: 'f', base64: '*!' } } }),
      /'inputs\.f\.base64': this is not base64.*export/,
    ],
    ['an interval of one end', changed({ verdicts: [{ ...verdict, value: 1, interval: [0] }] }), /'verdicts\.0\.interval/],
  ])('refuses %s, naming it and what to do', (_, text, message) => {
    const read = () => readBundle(text);
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });

  it('is made of a kept run, and a kept run of it', () => {
    const kept = keptRun({ id: 'a', state: 'running', adapter: undefined, points: 3, cells: 1, resumable: true });
    const rows = [
      point(1, 1),
      point(1, 2),
      { kind: 'event', level: 'info', message: 'm' },
      { kind: 'cell', chart: 'h', x: 0, y: 0, seed: 0, value: 1 },
    ] as const;
    const made = bundleOf(kept, rows, {});
    expect([made.points, made.cells.length, made.facts.state, made.facts.adapter.name]).toEqual([[point(1, 2)], 1, 'aborted', 'unknown']);
    expect(keptOf(made, 'b')).toEqual({
      ...kept,
      id: 'b',
      state: 'aborted',
      adapter: { name: 'unknown', software: false },
      points: 1,
      resumable: false,
      imported: true,
    });
    expect(bundleOf(keptOf(made, 'b'), [...made.points, ...made.cells], {})).toEqual(made);
  });
});
