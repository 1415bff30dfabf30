/** Images of charts and heatmaps, heatmaps themselves, and all of them under the site's rule against inline styles. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Curve } from '../lab/study';
import { themeOf } from './chartOptions';
import { cell, dressPage, frames, inside, line, mount, mountMap, pixels, press, rowsOf, sum } from './chartTesting';
import { heatmapPng } from './heatmapImage';
import { chartPng, wrap } from './image';
import { lookOf } from './palette';

const violations: string[] = [];
const note = (e: SecurityPolicyViolationEvent): void => {
  violations.push(`${e.effectiveDirective} ${e.sample}`);
};

beforeAll(() => {
  dressPage();
  document.addEventListener('securitypolicyviolation', note);
  document.head.append(
    Object.assign(document.createElement('meta'), { httpEquiv: 'Content-Security-Policy', content: "style-src 'self'" }),
  );
});
afterAll(() => document.removeEventListener('securitypolicyviolation', note));
afterEach(() => document.body.replaceChildren());

const length = (text: string): number => text.length;
describe('images', () => {
  const theory: Curve = { chart: 'c', series: 'a', x: [0, 1], y: [1, 2], kind: 'theory', label: 'exact' };
  it('of a chart are twice its size, grow by the caption, and print it in grey below the plot', async () => {
    const chart = await mount(line(10), { curves: [theory] });
    const plain = await pixels(await chartPng(chart));
    const long = await pixels(await chartPng(chart, ['width 64, rate 0.1 '.repeat(20), 'some adapter, 2026-01-01']));
    expect(plain.width).toBe(1600);
    expect(long.width).toBe(1600);
    // 380 characters of 11 px are two lines at least on 768, and one more: 15 units each and a margin of 16, of two pixels
    expect(long.height - plain.height).toBeGreaterThanOrEqual(2 * (3 * 15 + 16));
    expect(sum(rowsOf(long, '#555555').slice(plain.height))).toBeGreaterThan(100);
    expect(sum(rowsOf(long, lookOf(0, '').colour))).toBeGreaterThan(100);
  });
  it('of a heatmap have the caption too', async () => {
    const heat = await mountMap([cell(1, 1, 1), cell(2, 1, NaN)]);
    const [plain, long] = [
      await pixels(await heatmapPng(heat, themeOf(heat))),
      await pixels(await heatmapPng(heat, themeOf(heat), ['one', 'two'])),
    ];
    expect(long.height - plain.height).toBe(2 * 2 * 15);
  });
  it('break captions at spaces, or where they must', () => {
    expect(wrap('aa bb cc', length, 5)).toEqual(['aa bb', 'cc']);
    expect(wrap('abcdefgh i', length, 3)).toEqual(['abc', 'def', 'gh', 'i']);
    expect(wrap('', length, 3)).toEqual([]);
  });
});

describe('under the site’s policy', () => {
  it('a style attribute would be reported', async () => {
    document.body.insertAdjacentHTML('beforeend', '<i style="left: 1px"></i>');
    await vi.waitFor(() => expect(violations).toHaveLength(1));
    violations.length = 0;
  });
  it('charts and heatmaps need none, and have their styles', async () => {
    const chart = await mount(line(10));
    const heat = await mountMap([cell(1, 1, 1), cell(2, 1, 2), cell(1, 2, 3), cell(2, 2, NaN)]);
    inside(heat, 'canvas')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    await press(chart, 'ArrowRight');
    await chartPng(chart);
    expect(getComputedStyle(inside(chart, '.u-over')!).position).toBe('absolute'); // uPlot's own sheet
    const [mark, canvas] = [inside(heat, '.mark')!.getBoundingClientRect(), inside(heat, 'canvas')!.getBoundingClientRect()];
    expect([mark.left, mark.width, mark.bottom].map(Math.round)).toEqual([canvas.left, canvas.width / 2, canvas.bottom].map(Math.round));
    expect(violations).toEqual([]);
  });
});

describe('heatmap', () => {
  it('says of each cell what it holds, by key and by finger, whose readout stays', async () => {
    const heat = await mountMap([cell(1, 1, 1), cell(2, 1, NaN), cell(1, 2, 3)]);
    const canvas = inside<HTMLCanvasElement>(heat, 'canvas')!;
    const box = canvas.getBoundingClientRect();
    const touch = async (type: string, x: number, y: number): Promise<string> => {
      canvas.dispatchEvent(
        new PointerEvent(type, { pointerType: 'touch', clientX: box.left + x * box.width, clientY: box.top + y * box.height }),
      );
      await frames();
      return inside(heat, 'output')!.textContent;
    };
    expect(await touch('pointerdown', 0.25, 0.25)).toBe('width 1, rate 2: risk 3');
    expect(await touch('pointermove', 0.75, 0.25)).toBe('width 2, rate 2: risk not measured');
    expect(await touch('pointermove', 0.75, 0.75)).toBe('width 2, rate 1: risk not finite');
    expect(await touch('pointerleave', 0.75, 0.75)).toBe('width 2, rate 1: risk not finite');
    expect(getComputedStyle(canvas).touchAction).toBe('pan-y');
    expect(inside(heat, '.x')!.textContent).toContain('width, log scale');
    // Open for the hatching where not finite, the ground where not measured: rows from the top are y 2, then y 1.
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, 2, 2);
    expect([data[3], data[7], data[11], data[15]]).toEqual([255, 255, 255, 0]);
    expect(Array.from(data.subarray(4, 7))).toEqual([255, 255, 255]);
    inside<HTMLDetailsElement>(heat, 'details')!.open = true;
    await frames();
    const body = [...heat.shadowRoot!.querySelectorAll('tbody tr')].map((tr) => [...tr.children].map((td) => td.textContent));
    expect(body).toEqual([
      ['1', '1', '1', '1'],
      ['2', '1', 'not finite', '0'],
      ['1', '2', '3', '1'],
    ]);
  });
});
