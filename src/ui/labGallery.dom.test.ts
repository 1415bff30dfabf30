/** <lab-gallery> and the figures on its cards. In Chromium; over Dawn there is no document. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Card, PresetName, Reference } from '../lab/study';
import type { LabGallery } from './labGallery';

const REFERENCE: Reference = {
  preset: 'standard',
  config: {},
  adapter: 'A1',
  software: true,
  date: '2026-01-02T03:04:05.000Z',
  build: '0123456789abcdef0123',
  seconds: 2,
  view: { kind: 'line', chart: 'c', title: 'Risk', x: 'width', y: 'error', logX: true, logY: true, series: { a: 'first' } },
  markers: [{ chart: 'c', x: 10, label: 'here' }],
  source: 'abc',
  verdicts: [],
  curves: [
    {
      chart: 'c',
      series: 'a',
      label: 'first',
      kind: 'measured',
      x: [1, 10, 100, 1000],
      y: [1, null, 100, 10],
      low: [null, null, -1, 5],
      high: [null, null, 200, 20],
    },
    { chart: 'c', series: 'a', label: 'limit', kind: 'theory', x: [1, 10, 100, 1000], y: [1, 1e12, 100, 10] },
  ],
};
const hardware = (preset: PresetName): Reference => ({ ...REFERENCE, preset, software: false, build: 'abc-dirty' });
const presets = (...names: readonly PresetName[]): readonly Reference[] => names.map(hardware);
const card = (id: string, references: readonly Reference[]): Card => ({
  id,
  title: `The ${id}`,
  question: 'Why?',
  summary: 'Because.',
  references: () => Promise.resolve({ default: references }),
});

const words = (e: Element | null | undefined): string => (e?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
/** Pairs of coordinates in a path, by stretch. */
const places = (path: Element): readonly (readonly number[])[] =>
  path
    .getAttribute('d')!
    .slice(1)
    .replace('Z', '')
    .split('L')
    .map((p) => p.split(' ').map(Number));

describe('<lab-gallery>', () => {
  let gallery: LabGallery;
  const open = async (...cards: readonly Card[]): Promise<void> => {
    await import('./labGallery');
    gallery = document.body.appendChild(document.createElement('lab-gallery') as LabGallery);
    gallery.cards = cards;
    await gallery.updateComplete;
    await Promise.resolve(); // the stored runs are there
    await gallery.updateComplete;
  };
  const all = (selector: string): readonly Element[] => [...gallery.renderRoot.querySelectorAll(selector)];
  afterEach(() => gallery.remove());

  it('leads to each study and to the other pages, once each', async () => {
    await open(card('one', []), card('playground', []));
    expect(all('a').map((a) => a.getAttribute('href'))).toEqual(['./one/', './playground/', './runs/', './device/', './bench/']);
    gallery.cards = [card('one', [])];
    await gallery.updateComplete;
    expect(all('a').map((a) => a.getAttribute('href'))).toEqual(['./one/', './playground/', './runs/', './device/', './bench/']);
  });

  it('says of what there is no stored run that it is not measured yet', async () => {
    await open(card('one', []), card('two', [REFERENCE]));
    const [one, two] = all('.cards > li');
    expect([words(one!.querySelector('.empty')).startsWith('Not measured yet'), one!.querySelector('figure')]).toEqual([true, null]);
    expect([two!.querySelector('.empty'), words(two!.querySelector('figcaption'))]).toEqual([
      null,
      'Measured on A1 (software), 2026-01-02, commit 01234567, preset standard',
    ]);
  });

  it('shows the best preset there is', async () => {
    await open(
      card('a', presets('smoke', 'quick', 'standard')),
      card('b', presets('smoke', 'quick')),
      card('c', presets('smoke', 'paper')),
    );
    expect(all('figcaption').map((c) => words(c).split(', ').at(-1))).toEqual(['preset standard', 'preset quick', 'preset smoke']);
    expect(words(all('figcaption')[0])).toContain('on A1, 2026');
    expect(words(all('figcaption')[0])).toContain('build abc-dirty');
  });

  it('tells in words what the figure shows', async () => {
    await open(card('a', [REFERENCE]));
    const figure = all('figure > svg')[0]!;
    expect(figure.getAttribute('role')).toBe('img');
    expect(figure.getAttribute('aria-label')).toBe(
      'Risk, error against width. first (measured): from 1 at 1 to 10 at 1000, greatest 100 at 100. limit (theory): from 1 at 1 to 10 at 1000, greatest 1e12 at 10.',
    );
    expect(words(figure)).toMatch(/here.*width.*error$/);
  });

  it('leaves a gap where nothing was finite, and puts equal ratios at equal distances', async () => {
    await open(card('a', [REFERENCE]));
    const solid = all('figure svg svg path[fill=none]:not([stroke-dasharray])').map(places);
    expect(solid.map((run) => run.length)).toEqual([1, 2]);
    const [[first], [third, fourth]] = solid as [number[][], number[][]];
    expect((third![0]! - first![0]!) / 2).toBeCloseTo(fourth![0]! - third![0]!, 1);
    expect(third![1]!).toBeLessThan(fourth![1]!); // more is higher up
    expect(all('figure svg svg polygon, figure svg svg circle').length).toBe(3);
  });

  it('draws a band only where there are bounds, and one that reaches below a log axis down to its foot', async () => {
    await open(card('a', [REFERENCE]));
    const bands = all('path[fill-opacity]').map(places);
    expect(bands.map((run) => run.length)).toEqual([4]);
    const height = Number(all('figure svg svg')[0]!.getAttribute('height'));
    expect(bands[0]![3]![1]).toBeCloseTo(height, 1);
  });

  it('holds a curve that leaves the axes inside the plot', async () => {
    const x = Array.from({ length: 40 }, (_, i) => i + 1);
    const pole = { chart: 'c', series: 'a', label: 'limit', kind: 'theory', x, y: x.map((v) => (v === 10 ? 1e12 : 10)) } as const;
    await open(card('a', [{ ...REFERENCE, curves: [REFERENCE.curves[0]!, pole] }]));
    const inner = all('figure svg svg')[0]!;
    expect(getComputedStyle(inner).overflow).toBe('hidden');
    const theory = places(all('path[stroke-dasharray]')[0]!);
    expect(Math.min(...theory.map(([, y]) => y!))).toBeLessThan(0); // the pole goes on above
  });
});
