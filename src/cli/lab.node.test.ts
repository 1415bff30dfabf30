/** The command line, the progress line and the closing report: everything of the headless runner that needs no browser. */
import type { ClaimVerdict } from '../lab/claim';
import { describe, expect, it } from 'vitest';
import type { Study, Verdict } from '../lab/study';
import { parseLab } from './labArgs';
import { clock, ProgressMeter, progressText } from './labProgress';
import { exitCode } from './labReport';

const study = (id: string): Study => ({
  id,
  title: `The title of ${id}`,
  question: 'Does it?',
  summary: '',
  references: [],
  sources: [],
  explanation: '',
  inputs: { data: { label: 'Data', help: 'Your own.', accept: '.csv' } },
  config: {
    seeds: { kind: 'number', label: 'Seeds', default: 3, min: 1, max: 50, step: 1 },
    noise: { kind: 'number', label: 'Label noise', default: 0.1, min: 0, max: 1, step: 0.01, unit: 'σ', help: 'Of the targets.' },
    widths: { kind: 'list', label: 'Widths', default: [10, 20], min: 1, max: 1000, step: 1 },
    model: { kind: 'choice', label: 'Model', default: 'linear', options: { linear: 'Linear', mlp: 'Perceptron' } },
    centred: { kind: 'flag', label: 'Centred', default: false },
  },
  presets: {
    smoke: { label: 'Smoke', config: { seeds: 1 } },
    quick: { label: 'Quick', config: {}, time: '20 s on an A1' },
    standard: { label: 'Standard', config: { seeds: 10, model: 'mlp' } },
    paper: { label: 'Paper', config: { seeds: 50 } },
  },
  views: () => [],
  theory: () => [],
  claims: () => [],
  run: () => {
    throw new Error('parsing runs nothing');
  },
});
const STUDIES = [study('first'), study('second')];
const parse = (...args: string[]) => parseLab(args, STUDIES);
const STANDARD = { seeds: 10, noise: 0.1, widths: [10, 20], model: 'mlp', centred: false };

describe('the command line', () => {
  it('takes the preset standard unless told otherwise', () => {
    expect(parse('second')).toEqual({ kind: 'run', study: STUDIES[1], preset: 'standard', config: STANDARD, inputs: {} });
    expect(parse('first', '--preset', 'smoke', '--out', 'x')).toMatchObject({
      preset: 'smoke',
      out: 'x',
      config: { ...STANDARD, seeds: 1, model: 'linear' },
    });
  });

  it('reads settings of every kind, the last one winning, over the preset', () => {
    expect(
      parse(
        'first',
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
    expect(parse('first', '--input', 'data=my=file.csv')).toMatchObject({ inputs: { data: 'my=file.csv' } });
    expect(parse('--from', 'run.json', '--out', 'x')).toEqual({ kind: 'repeat', path: 'run.json', out: 'x' });
  });

  it.each([
    ['a file the study has no name for', ['first', '--input', 'labels=a.csv'], ['NAME=PATH', 'labels=a.csv', 'data']],
    ['a saved run beside other settings', ['first', '--from', 'run.json'], ['--from', '--out']],
    ['no study', [], ['which study', 'first', 'second', 'The title of first']],
    ['an unknown study', ['third'], ["'third'", 'first', 'second']],
    ['a second study', ['first', 'second'], ["'second'"]],
    ['an unknown preset', ['first', '--preset', 'huge'], ["'huge'", 'smoke, quick, standard, paper']],
    ['an inherited name as preset', ['first', '--preset', 'toString'], ["'toString'", 'smoke, quick, standard, paper']],
    ['an unknown option', ['first', '--sets', 'a=1'], ["'--sets'", '--preset', '--seeds', '--out']],
    [
      'an unknown setting',
      ['first', '--set', 'width=3'],
      ["'width'", 'seeds', 'noise', 'widths', 'model', 'centred', 'from 1 to 1000', 'linear, mlp'],
    ],
    ['an inherited name as setting', ['first', '--set', 'toString=3'], ["'toString'", 'seeds']],
    ['a setting without a value', ['first', '--set', 'noise'], ["'noise'", 'KEY=VALUE', 'widths']],
    ['a number above its range', ['first', '--set', 'noise=1.5'], ['noise', '1.5', 'from 0 to 1']],
    ['a broken number', ['first', '--set', 'noise=1x'], ['noise', '1x', 'from 0 to 1']],
    ['an empty number', ['first', '--set', 'noise='], ['noise', 'from 0 to 1']],
    ['a fraction where whole numbers are asked', ['first', '--seeds', '2.5'], ['seeds', '2.5', 'an integer from 1 to 50']],
    ['too many seeds', ['first', '--seeds', '51'], ['seeds', '51', 'from 1 to 50']],
    ['a list with a hole', ['first', '--set', 'widths=3,,4'], ['widths', '3,,4', 'from 1 to 1000']],
    ['an unknown choice', ['first', '--set', 'model=tree'], ['model', 'tree', 'linear, mlp']],
    ['a flag that is neither', ['first', '--set', 'centred=maybe'], ['centred', 'maybe', 'true or false']],
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

  it('has help for the runner and for each study, with defaults, ranges and preset times', () => {
    const [general, one] = [parse('--help'), parse('first', '--help')];
    expect(general).toMatchObject({ kind: 'help', text: expect.stringMatching(/first +The title of first[^]*--set/) as string });
    expect(one).toMatchObject({
      kind: 'help',
      text: expect.stringMatching(
        /quick +Quick \(20 s on an A1\)[^]*noise +Label noise: 0\.1 \(a number from 0 to 1 σ\)[^]*Of the targets[^]*model +Model: linear \(one of linear, mlp\)/,
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
