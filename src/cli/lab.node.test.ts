/** The command line, the progress line and the closing report: everything of the headless runner that needs no browser. */
import type { ClaimVerdict } from '../lab/claim';
import { describe, expect, it } from 'vitest';
import { definePhenomenon, type Phenomenon, type StudyDeclaration, type Verdict } from '../lab/study';
import { studiesOf } from './catalogue';
import { parseLab } from './labArgs';
import { clock, ProgressMeter, progressText } from './labProgress';
import { exitCode } from './labReport';

const study = (id: string): StudyDeclaration => ({
  id,
  title: `The title of ${id}`,
  question: 'Does it?',
  references: () => Promise.resolve({ default: [] }),
  explanation: { see: '', why: '', limits: '' },
  inputs: { data: { label: 'Data', help: 'Your own.', accept: '.csv' } },
  fields: {
    seeds: { kind: 'number', label: 'Seeds', default: 3, min: 1, max: 50, step: 1 },
    noise: { kind: 'number', label: 'Label noise', default: 0.1, min: 0, max: 1, step: 0.01, unit: 'σ', help: 'Of the targets.' },
    widths: { kind: 'list', label: 'Widths', default: [10, 20], min: 1, max: 1000, step: 1 },
    model: { kind: 'choice', label: 'Model', default: 'linear', options: { linear: 'Linear', mlp: 'Perceptron' } },
    centred: { kind: 'flag', label: 'Centred', default: false },
  },
  presets: {
    smoke: { config: { seeds: 1 } },
    quick: { config: {}, time: '20 s on an A1' },
    standard: { config: { seeds: 10, model: 'mlp' } },
    paper: { config: { seeds: 50 } },
  },
  views: () => [],
  claims: () => [],
  run: () => {
    throw new Error('parsing runs nothing');
  },
});
const phenomenon = (id: string, ...studies: readonly string[]): Phenomenon =>
  definePhenomenon({
    id,
    title: `All of ${id}`,
    question: 'What does it do?',
    summary: '',
    references: () => Promise.resolve({ default: [] }),
    sources: [],
    studies: studies.map(study),
  });
const CATALOGUE = { phenomena: [phenomenon('one', 'first', 'other'), phenomenon('two', 'second')], references: new Map() };
const [FIRST, OTHER, SECOND] = studiesOf(CATALOGUE);
const parse = (...args: string[]) => parseLab(args, CATALOGUE);
const STANDARD = { seeds: 10, noise: 0.1, widths: [10, 20], model: 'mlp', centred: false };

describe('the command line', () => {
  it('takes the preset standard unless told otherwise', () => {
    expect(parse('two')).toEqual({ kind: 'run', study: SECOND, preset: 'standard', config: STANDARD, inputs: {} });
    expect(parse('one', '--preset', 'smoke', '--out', 'x')).toMatchObject({
      preset: 'smoke',
      out: 'x',
      config: { ...STANDARD, seeds: 1, model: 'linear' },
    });
  });

  it('reads settings of every kind, the last one winning, over the preset', () => {
    expect(
      parse(
        'one/first',
        '--set',
        'noise=0.5',
        '--set',
        'widths=5,7',
        '--set',
        'model=linear',
        '--set',
        'centred=true',
        '--set',
        'noise=0.25',
        '--seeds',
        '4',
      ),
    ).toMatchObject({ config: { seeds: 4, noise: 0.25, widths: [5, 7], model: 'linear', centred: true } });
  });

  it('takes files, and a run to repeat', () => {
    expect(parse('one', '--input', 'data=my=file.csv')).toMatchObject({ inputs: { data: 'my=file.csv' } });
    expect(parse('--from', 'run.json', '--out', 'x')).toEqual({ kind: 'repeat', path: 'run.json', inputs: {}, out: 'x' });
    expect(parse('--from', 'run.json', '--input', 'data=a=b.csv')).toMatchObject({ inputs: { data: 'a=b.csv' } });
  });

  it('takes a folder to go on in', () => {
    expect(parse('--resume', 'out/x')).toEqual({ kind: 'resume', folder: 'out/x' });
    expect(parse('--resume', 'out/x', '--json')).toEqual({ kind: 'resume', folder: 'out/x', json: true });
  });

  it.each([
    ['a folder to go on in beside a study', ['one', '--resume', 'x'], ['--resume', '--json']],
    ['a folder to go on in beside other options', ['--resume', 'x', '--seeds', '4'], ['--resume', '--json']],
    ['a file the study has no name for', ['one', '--input', 'labels=a.csv'], ['NAME=PATH', 'labels=a.csv', 'data']],
    ['a saved run beside other settings', ['one', '--from', 'run.json'], ['--from', '--out']],
    ['no study', [], ['which study', 'one/first', 'two/second', 'The title of first']],
    ['an unknown phenomenon', ['third'], ["'third'", 'one/first', 'one/other', 'two/second']],
    ['an unknown study', ['one/second'], ["'one/second'", 'one/first', 'two/second']],
    ['a second study', ['one', 'two'], ["'two'"]],
    ['an unknown preset', ['one', '--preset', 'huge'], ["'huge'", 'smoke, quick, standard, paper']],
    ['an inherited name as preset', ['one', '--preset', 'toString'], ["'toString'", 'smoke, quick, standard, paper']],
    ['an unknown option', ['one', '--sets', 'a=1'], ["'--sets'", '--preset', '--seeds', '--out']],
    [
      'an unknown setting',
      ['one', '--set', 'width=3'],
      ["'width'", 'seeds', 'noise', 'widths', 'model', 'centred', 'from 1 to 1000', 'linear, mlp'],
    ],
    ['an inherited name as setting', ['one', '--set', 'toString=3'], ["'toString'", 'seeds']],
    ['a setting without a value', ['one', '--set', 'noise'], ["'noise'", 'KEY=VALUE', 'widths']],
    ['a number above its range', ['one', '--set', 'noise=1.5'], ['noise', '1.5', 'from 0 to 1']],
    ['a broken number', ['one', '--set', 'noise=1x'], ['noise', '1x', 'from 0 to 1']],
    ['an empty number', ['one', '--set', 'noise='], ['noise', 'from 0 to 1']],
    ['a fraction where whole numbers are asked', ['one', '--seeds', '2.5'], ['seeds', '2.5', 'an integer from 1 to 50']],
    ['too many seeds', ['one', '--seeds', '51'], ['seeds', '51', 'from 1 to 50']],
    ['a list with a hole', ['one', '--set', 'widths=3,,4'], ['widths', '3,,4', 'from 1 to 1000']],
    ['an unknown choice', ['one', '--set', 'model=tree'], ['model', 'tree', 'linear, mlp']],
    ['a flag that is neither', ['one', '--set', 'centred=maybe'], ['centred', 'maybe', 'true or false']],
  ])('refuses %s and says what there is', (_, args, said) => {
    let message = '';
    try {
      parse(...args);
    } catch (error) {
      message = error instanceof Error && error.name === 'ConfigError' ? error.message : `not a ConfigError: ${String(error)}`;
    }
    expect(
      said.filter((text) => !message.includes(text)),
      message,
    ).toEqual([]);
  });

  it('finds a study by its path, and the first by its phenomenon', () =>
    expect(['one', 'one/other', 'two/second'].map((name) => (parse(name) as { study: unknown }).study)).toEqual([FIRST, OTHER, SECOND]));
  it('lists every phenomenon, study, question, preset and time', () => {
    const { text } = parse('--list') as { text: string };
    for (const said of [
      'All of one (one)',
      'What does it do?',
      'one/other',
      'The title of other',
      'Does it?',
      'quick     20 s on an A1',
      'smoke     not measured',
    ])
      expect(text).toContain(said);
  });

  it('has help for the runner and for each study, with defaults, ranges and preset times', () => {
    const [general, one] = [parse('--help'), parse('one', '--help')];
    expect(general).toMatchObject({
      kind: 'help',
      text: expect.stringMatching(/one\/first +All of one: The title of first[^]*--set/) as string,
    });
    expect(one).toMatchObject({
      kind: 'help',
      text: expect.stringMatching(
        /quick +20 s on an A1[^]*noise +Label noise: 0\.1 \(a number from 0 to 1 σ\)[^]*Of the targets[^]*model +Model: linear \(one of linear, mlp\)/,
      ) as string,
    });
  });
});

const judged = (...verdicts: Verdict[]): ClaimVerdict[] =>
  verdicts.map((verdict, i) => ({ id: `c${i}`, says: '', source: '', falsifier: '', verdict, measured: '' }));

describe('the exit status', () => {
  it.each([
    ['done', [], 0],
    ['done', ['agrees', 'inconclusive'], 0],
    ['done', ['inconclusive'], 0],
    ['done', ['agrees', 'disagrees'], 1],
    ['failed', ['agrees'], 3],
    ['failed', ['disagrees'], 3],
    ['running', ['agrees'], 3],
    ['aborted', ['agrees'], 130],
    ['aborted', ['disagrees'], 130],
  ] as const)('a run that is %s with %j exits with %i', (state, verdicts, code) => expect(exitCode(state, judged(...verdicts))).toBe(code));
});

const at = (done: number, steps = 0) => ({ kind: 'progress' as const, done, total: 4, phase: 'widths', steps });

const meter = (isTTY: boolean) => {
  const written: string[] = [];
  const time = { seconds: 0 };
  return {
    written,
    time,
    meter: new ProgressMeter({ isTTY, columns: 30, write: (text: string) => written.push(text) }, () => time.seconds),
  };
};

describe('progress', () => {
  it('shows share, points, rate, time and time left', () => {
    expect(progressText(at(1, 50), 7, 30, { stepsPerSecond: 12345.6, secondsLeft: 90 })).toBe(
      '[#####...............]  25 % · widths · 7 points · 12300 steps/s · 0:30 · ETA 1:30',
    );
    expect(progressText(at(4), 9, 3725, { stepsPerSecond: undefined, secondsLeft: 0 })).toBe(
      '[####################] 100 % · widths · 9 points · 1:02:05',
    );
    expect(clock(59.6)).toBe('1:00');
  });

  it('writes to a log every 10 s, and when the first point is there', () => {
    const { written, time, meter: m } = meter(false);
    for (time.seconds = 0; time.seconds <= 21; time.seconds += 1) m.update(at(1, 100 * time.seconds), time.seconds < 3 ? 0 : 5);
    expect(written.map((line) => /\d+ points.*? · \d:\d\d/.exec(line)?.[0])).toEqual([
      '0 points · 0:00',
      '5 points · 100 steps/s · 0:03',
      '5 points · 100 steps/s · 0:13',
    ]);
    expect(written.every((line) => line.endsWith('\n') && !line.includes('\r'))).toBe(true);
  });

  it('redraws one line of a terminal, never wider than it, and keeps notes above it', () => {
    const { written, meter: m } = meter(true);
    m.update(at(1), 0);
    m.note('a note');
    m.update(at(2), 1);
    m.end();
    expect(written).toEqual([
      '\r\u001B[K[#####...............]  25 % ',
      '\r\u001B[Ka note\n',
      '\r\u001B[K[##########..........]  50 % ',
      '\n',
    ]);
  });
});
