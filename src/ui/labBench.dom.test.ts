/** <lab-bench> over a real message channel whose far end says what the test wants. Needs a document: in Node there is nothing to mount. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ToBenchPage, ToBenchWorker } from '../lab/worker/benchHost';
import { readReport } from '../measure/bench/compare';
import type { BenchReport, BenchRow } from '../measure/bench/report';
import type { LabBench } from './labBench';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const c of channels.splice(0)) c.port1.close();
  document.body.replaceChildren();
});

const row = (id: string, median: number): BenchRow => ({
  id,
  group: 'Products',
  label: `product ${id}`,
  state: 'measured',
  checked: 'all 4 values',
  note: '',
  per: 'run',
  method: 'slope',
  time: { median, low: median, high: median, samples: 5 },
  flops: 2e6,
  bytes: 1e3,
});
const BEGIN: ToBenchPage = {
  type: 'begin',
  adapter: { name: 'acme rocket', software: false },
  clock: { timestampNs: undefined, pageMs: 0.1 },
  cases: ['product a', 'product b'],
};

const mount = async () => {
  const { LabBench } = await import('./labBench');
  const channel = new MessageChannel();
  channels.push(channel);
  const asked: ToBenchWorker[] = [];
  channel.port2.addEventListener('message', (e: MessageEvent<ToBenchWorker>) => {
    asked.push(e.data);
  });
  for (const port of [channel.port1, channel.port2]) port.start();
  const lab: LabBench = new LabBench();
  document.body.append(lab);
  lab.open(channel.port1);
  await lab.updateComplete;
  const say = (...messages: ToBenchPage[]): void => {
    for (const m of messages) channel.port2.postMessage(m);
  };
  const shown = (): string => lab.renderRoot.textContent?.replaceAll(/\s+/g, ' ') ?? '';
  const button = (name: string): HTMLButtonElement => [...lab.renderRoot.querySelectorAll('button')].find((b) => b.textContent === name)!;
  const finished = async (...rows: BenchRow[]): Promise<void> => {
    button('Run').click();
    say(BEGIN, { type: 'rows', rows }, { type: 'done', complete: true, ms: 4000 });
    await expect.poll(() => lab.state).toBe('done');
    await lab.updateComplete;
  };
  return { lab, say, shown, button, asked, finished };
};

describe('the bench page', () => {
  it('measures nothing by itself, says what a software adapter is worth, and asks for what is chosen', async () => {
    const { lab, shown, button, asked } = await mount();
    expect(shown()).toContain('WebAssembly libraries are many times faster than any WebGPU library, this one included');
    expect(asked).toEqual([]);
    lab.renderRoot.querySelector<HTMLInputElement>('input[value=full]')!.click();
    lab.renderRoot.querySelector<HTMLInputElement>('input[name=big]')!.click();
    lab.renderRoot.querySelector<HTMLInputElement>('input[name=filter]')!.value = ' matmul ';
    button('Run').click();
    await expect.poll(() => asked).toEqual([{ type: 'run', options: { set: 'full', filter: 'matmul', big: true } }]);
  });
  it('shows the case at hand and each row as it comes, and stops', async () => {
    const { lab, say, shown, button, asked } = await mount();
    button('Run').click();
    say(
      BEGIN,
      { type: 'case', index: 1 },
      { type: 'rows', rows: [row('a', 2e-3)] },
      { type: 'roofline', roofline: { flopsPerSecond: 1e12, bytesPerSecond: 1e11 } },
    );
    await expect.poll(shown).toMatch(/2 of 2: product b/);
    expect(shown()).toMatch(/acme rocket, hardware/);
    expect(shown()).toMatch(/Products.*product a2 ms a run/);
    expect(shown()).toContain('no timestamps: slope');
    button('Stop').click();
    await lab.updateComplete;
    expect(button('Stop').disabled).toBe(true);
    await expect.poll(() => asked.at(-1)).toEqual({ type: 'stop' });
    say({ type: 'done', complete: false, ms: 3000 });
    await expect.poll(shown).toContain('Stopped after 3.0 s: 1 row.');
    expect(lab.report).toMatchObject({ complete: false, seconds: 3, roofline: { flopsPerSecond: 1e12 } });
  });
  it('copies Markdown and JSON that can be compared with; where that is refused, offers the text', async () => {
    const { lab, shown, button, finished } = await mount();
    await finished(row('a', 2e-3));
    const texts: string[] = [];
    let allowed = true;
    const writeText = async (text: string): Promise<void> => {
      if (!allowed) throw new DOMException('no', 'NotAllowedError');
      texts.push(text);
    };
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    try {
      button('Copy as Markdown').click();
      await expect.poll(shown).toContain('Copied as Markdown');
      button('Copy as JSON').click();
      await expect.poll(shown).toContain('Copied as JSON');
      allowed = false;
      button('Copy as JSON').click();
      await expect.poll(() => lab.renderRoot.querySelector<HTMLTextAreaElement>('#offered')?.selectionEnd).toBeGreaterThan(0);
    } finally {
      Reflect.deleteProperty(navigator, 'clipboard');
    }
    expect(texts[0]).toContain('| product a | 2 ms a run |');
    expect(readReport(texts[1]!).rows).toHaveLength(1);
    expect(lab.renderRoot.querySelector<HTMLTextAreaElement>('#offered')!.value).toBe(texts[1]);
  });
  it('flags what changed since a pasted report in words, and says what is wrong with one', async () => {
    const { lab, shown, button, finished } = await mount();
    await finished(row('a', 2e-3), row('b', 1e-3));
    const earlier: BenchReport = { ...lab.report!, rows: [row('a', 4e-3), row('b', 1e-3)], build: 'earlier build' };
    const paste = async (text: string): Promise<void> => {
      lab.renderRoot.querySelector<HTMLTextAreaElement>('#earlier')!.value = text;
      button('Compare').click();
      await lab.updateComplete;
    };
    await paste('{}');
    expect(shown()).toMatch(/bench report: .*Nothing was compared/);
    await paste(JSON.stringify(earlier));
    expect(shown()).toMatch(/product a2 ms.*faster: 0\.5 × the earlier time.*product b1 ms.*no change shown/);
    expect(shown()).toContain('build earlier build');
    expect(shown()).not.toContain('Nothing was compared');
    expect(lab.renderRoot.querySelectorAll('tr.faster')).toHaveLength(1);
  });
  it('keeps the rows from before a failure, and can run again', async () => {
    const { lab, say, shown, button, asked } = await mount();
    button('Run').click();
    say(BEGIN, { type: 'rows', rows: [row('a', 1)] }, { type: 'error', error: { name: 'DeviceLostError', message: 'gone' }, ms: 1000 });
    await expect.poll(shown).toMatch(/gone.*product a1 s a run/);
    expect(lab.state).toBe('failed');
    button('Run').click();
    await expect.poll(() => asked.length).toBe(2);
  });
});
