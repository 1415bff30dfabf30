/** <lab-chart> in a browser: zoom, keys, what it says it cannot draw, and when it draws. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { plottedCsv } from './chartCsv';
import { canvasOf, drag, dressPage, follow, frames, grow, inside, line, mount, point, press, rowsOf, sum, view } from './chartTesting';
import { lookOf } from './palette';

beforeAll(dressPage);
afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe('zoom', () => {
  it('by dragging is kept while points come, and given up by Follow', async () => {
    const chart = await mount(line(50));
    expect(follow(chart)).toBeNull();
    await drag(chart, 0.25, 0.5);
    const zoom = chart.zoom!;
    const span = 49; // of x, all of which the plot showed; a mouse is placed to a pixel of about 600
    expect(Math.abs(zoom[0] - 0.25 * span)).toBeLessThan(span / 200);
    expect(Math.abs(zoom[1] - 0.5 * span)).toBeLessThan(span / 200);
    await grow(chart, line(50, 50));
    expect(chart.zoom).toEqual(zoom);
    expect(chart.plotInput().ranges().x).toEqual(zoom);
    expect(follow(chart)!.ariaLabel).toBe('Follow: show all of Risk as it grows');
    follow(chart)!.click();
    await frames();
    expect(follow(chart)).toBeNull();
    expect(chart.plotInput().ranges().x).toEqual([0, 99]);
  });
  it('is kept where a new curve or each seed needs a new plot, and ends with another view', async () => {
    const chart = await mount(line(50), { zoom: [10, 20] });
    const plot = inside(chart, '.uplot');
    chart.showSeeds = true;
    await frames();
    expect(inside(chart, '.uplot')).not.toBe(plot);
    expect(chart.plotInput().ranges().x).toEqual([10, 20]);
    chart.view = { ...view };
    await frames();
    expect(chart.zoom).toEqual([10, 20]);
    chart.view = { ...view, x: 'epoch' };
    await frames();
    expect(chart.zoom).toBeUndefined();
  });
  it('ends with a double click', async () => {
    const chart = await mount(line(50), { zoom: [10, 20] });
    inside(chart, '.u-over')!.dispatchEvent(new MouseEvent('dblclick', { bubbles: true, button: 0 }));
    await frames();
    expect(chart.zoom).toBeUndefined();
  });
  it('shows every point of a part, however many there are', async () => {
    const chart = await mount(line(20_000));
    expect(chart.drawn.columns[0].length).toBeLessThan(4000);
    chart.zoom = [100, 200];
    await frames();
    expect(Array.from(chart.drawn.columns[0]).filter((x) => x >= 100 && x <= 200)).toHaveLength(101);
  });
});

describe('keys', () => {
  it('zoom and follow', async () => {
    const chart = await mount(line(81));
    expect(inside<HTMLElement>(chart, '#plot')!.tabIndex).toBe(0);
    await press(chart, '+', '+');
    expect(chart.zoom).toEqual([30, 50]);
    await press(chart, '-');
    expect(chart.zoom).toEqual([20, 60]);
    await press(chart, 'Escape');
    expect(chart.zoom).toBeUndefined();
    await press(chart, '=', '0');
    expect(chart.zoom).toBeUndefined();
  });
  it('read values, take the window along, and say them', async () => {
    const chart = await mount([point(1, 5), point(2, 7), point(3, 9, 'b')]);
    await press(chart, 'ArrowRight', 'ArrowRight');
    expect(chart.at).toBe(2);
    expect(inside(chart, 'output')!.textContent).toBe('step 2, A 7, B –');
    chart.zoom = [1.5, 2.5];
    await press(chart, 'ArrowRight');
    expect(chart.at).toBe(3);
    expect(chart.zoom).toEqual([2, 3]);
    await grow(chart, [point(4, 1)]);
    expect(chart.at).toBe(3);
  });
});

describe('what cannot be drawn', () => {
  const { colour } = lookOf(0, '#000000');
  it('is marked at an edge in the series’ colour, and said below the plot, in its description and in its table', async () => {
    // The line is at 1 in the middle of the plot: nothing else of its colour is near an edge.
    const rows = [point(0, 0, 'b'), point(0, 1), point(1, NaN), point(2, 1), point(3, Infinity), point(4, 1), point(4, 2, 'b')];
    const chart = await mount(rows);
    const found = rowsOf(canvasOf(chart), colour);
    const over = inside<HTMLElement>(chart, '.u-over')!;
    const bottom = Math.round((over.offsetTop + over.offsetHeight) * devicePixelRatio);
    const near = 12 * devicePixelRatio; // a mark and its distance from the edge
    expect(sum(found.slice(bottom - near, bottom))).toBeGreaterThan(0);
    expect(sum(found.slice(0, over.offsetTop + near))).toBeGreaterThan(0);
    const words = 'Not drawn: A: 2 values not finite. ✕ marks where, at the top for infinity.';
    expect(inside(chart, '.lost')!.textContent).toBe(words);
    expect(inside(chart, '#plot')!.ariaLabel).toContain(words);
    inside<HTMLDetailsElement>(chart, 'details')!.open = true;
    await frames();
    expect(inside(chart, 'caption')!.textContent).toContain(words);
    await grow(chart, [point(1, 1), point(3, 1)]);
    expect(inside(chart, '.lost')).toBeNull();
    expect(sum(rowsOf(canvasOf(chart), colour).slice(bottom - near, bottom))).toBe(0);
  });
  it.each([[[0, -1, -5]], [[-1]], [[NaN, NaN]], [[3]], [[3, 3, 3]], [[]]])('leaves axes that can be drawn: %j', async (ys) => {
    for (const logY of [false, true]) {
      const chart = await mount(
        ys.map((y, i) => point(i, y)),
        { logX: logY, logY },
      );
      const { x, y } = chart.plotInput().ranges();
      for (const [low, high] of [x, y]) expect(low < high && (!logY || low > 0) && Number.isFinite(high)).toBe(true);
      expect(inside(chart, '.u-over')!.getBoundingClientRect().width).toBeGreaterThan(100);
      chart.remove();
    }
  });
  it('says why a log axis is empty', async () => {
    const chart = await mount([point(1, 0), point(2, -1)], { logY: true });
    expect(inside(chart, '.lost')!.textContent).toContain('switch the log axis off');
  });
});

const wave = (id: string, k: number, seed: number) =>
  Array.from({ length: 20_000 }, (_, i) => point(i + 1, Math.sin(i * (k + 1)) + seed / 10, id, seed));

describe('drawing', () => {
  it('happens once a frame however many rows come, and then shows them all', async () => {
    const chart = await mount(line(10));
    const update = vi.spyOn(chart.table, 'summary');
    for (let i = 10; i < 60; i++) {
      chart.table.append([point(i, i)]);
      chart.version = chart.table.version;
      await Promise.resolve();
    }
    await frames(10);
    expect(update.mock.calls.length).toBe(2); // one drawing of two series
    expect(chart.drawn.columns[0]).toHaveLength(60);
  });
  it('waits while the chart is out of view, and catches up; an export does not wait', async () => {
    const chart = await mount(line(10));
    const above = Object.assign(document.createElement('div'));
    above.style.height = '5000px';
    chart.before(above);
    await frames(6);
    const update = vi.spyOn(chart.table, 'summary');
    await grow(chart, line(10, 10));
    expect(update).not.toHaveBeenCalled();
    expect(plottedCsv(chart).split('\n')).toHaveLength(1 + 20 + 1);
    await grow(chart, line(10, 20));
    above.remove();
    await expect.poll(() => inside(chart, '#plot')!.ariaLabel).toContain('at 29,');
  });
  it('waits while the page is hidden, and catches up', async () => {
    const chart = await mount(line(10));
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    const asked = vi.spyOn(chart.table, 'summary');
    await grow(chart, line(10, 10));
    expect(asked).not.toHaveBeenCalled();
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event('visibilitychange'));
    await frames();
    expect(asked).toHaveBeenCalled();
    expect(inside(chart, '#plot')!.ariaLabel).toContain('at 19,');
  });
  it('of 5 series of 20 000 points costs less than a frame, beyond asking the table', async () => {
    const series = Object.fromEntries(['p', 'q', 'r', 's', 't'].map((id) => [id, id]));
    const rows = Object.keys(series).flatMap((id, k) => [0, 1].flatMap((seed) => wave(id, k, seed)));
    const chart = await mount(rows, { view: { ...view, series } });
    let asking = 0;
    const ask = chart.table.summary.bind(chart.table);
    vi.spyOn(chart.table, 'summary').mockImplementation((...which) => {
      const start = performance.now();
      const found = ask(...which);
      asking += performance.now() - start;
      return found;
    });
    const costs: (readonly [own: number, whole: number])[] = [];
    for (let i = 0; i < 15; i++) {
      chart.table.append(Object.keys(series).map((id) => point(20_001 + i, 1, id)));
      chart.version = chart.table.version;
      await chart.updateComplete;
      asking = 0;
      const start = performance.now();
      void chart.traces; // reads, thins, aligns and lays out
      await Promise.resolve(); // uPlot draws in a microtask
      const whole = performance.now() - start;
      costs.push([whole - asking, whole]);
      await frames(2);
    }
    // The least of all: whatever else runs on the machine only adds to it. A task of 50 ms would be felt.
    expect(Math.min(...costs.map(([own]) => own))).toBeLessThan(16);
    expect(costs.map(([, whole]) => whole).toSorted((p, q) => p - q)[7]).toBeLessThan(50);
    expect(chart.drawn.columns[0].length).toBeGreaterThan(1000);
  });
});

describe('a diagnostic', () => {
  it('is low, and folds its switches away', async () => {
    const chart = await mount(line(10), { small: true });
    expect(inside<HTMLElement>(chart, '.uplot')!.getBoundingClientRect().height).toBe(150);
    expect(inside(chart, '.bar details')!.querySelectorAll('input')).toHaveLength(3);
    expect(inside<HTMLInputElement>(chart, 'input')!.checkVisibility()).toBe(false);
  });
  it('that was hidden when it was made is drawn once it is not', async () => {
    const chart = await mount(line(10), { hidden: true });
    expect(inside(chart, '.uplot')).toBeNull();
    chart.hidden = false;
    await expect.poll(() => inside(chart, '.uplot')).not.toBeNull();
  });
});
