/** <lab-device> over a real message channel whose far end says what the test wants. Needs a document: in Node there is nothing to mount. */
import { describeError } from '../lab/run';
import { afterEach, describe, expect, it } from 'vitest';
import { NoWebGPUError, type NoWebGPUCause } from '../core/errors';
import type { ToDevicePage } from '../lab/worker/deviceHost';
import type { AdapterReport } from '../runtime/adapterReport';
import type { KernelResult } from '../runtime/kernelCheckSelf';
import type { DeviceReport, LabDevice } from './labDevice';

const report: AdapterReport = {
  name: 'acme rocket',
  software: false,
  info: {
    vendor: 'acme',
    architecture: 'rocket',
    device: '',
    description: '',
    isFallbackAdapter: false,
    subgroupMinSize: 4,
    subgroupMaxSize: 64,
  },
  limits: { maxBufferSize: 2 ** 31, maxBindGroups: 4 },
  limitsAskedFor: ['maxBufferSize'],
  features: ['subgroups'],
  featuresAskedFor: ['timestamp-query', 'subgroups'],
  wgslLanguageFeatures: ['packed_4x8_integer_dot_product'],
  userAgent: 'a browser',
  measured: { openMs: 12, emptySubmitMs: 0.25, timestampNs: 100_000 },
};
const passed: KernelResult = {
  kernel: 'matmul',
  sets: 12,
  allSets: 480,
  checked: 1234,
  worst: 0.5,
  largest: 1e-7,
  failed: 0,
  failures: [],
  ms: 900,
};
const failed: KernelResult = {
  ...passed,
  kernel: 'reduce',
  worst: Infinity,
  failed: 20,
  failures: ['reduce {} y[3] got 1, want 2, error 1, bound 0'],
};

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const c of channels.splice(0)) c.port1.close();
  document.body.replaceChildren();
});

const mount = async () => {
  const { LabDevice } = await import('./labDevice');
  const channel = new MessageChannel();
  channels.push(channel);
  const asked: string[] = [];
  channel.port2.addEventListener('message', (e: MessageEvent<{ type: string }>) => {
    asked.push(e.data.type);
  });
  for (const port of [channel.port1, channel.port2]) port.start();
  const lab: LabDevice = new LabDevice();
  document.body.append(lab);
  lab.open(channel.port1);
  const say = (...messages: ToDevicePage[]): void => {
    for (const m of messages) channel.port2.postMessage(m);
  };
  const shown = (): string => lab.renderRoot.textContent?.replaceAll(/\s+/g, ' ') ?? '';
  const button = (name: string): HTMLButtonElement => [...lab.renderRoot.querySelectorAll('button')].find((b) => b.textContent === name)!;
  return { lab, say, shown, button, asked };
};

describe('the device page', () => {
  it('asks for the adapter at once, and tests nothing by itself', async () => {
    const { say, shown, button, asked } = await mount();
    await expect.poll(() => asked).toEqual(['describe']);
    expect(button('Run the self-test').disabled).toBe(true);
    say({ type: 'adapter', report });
    await expect.poll(shown).toContain('acme rocket');
    expect(shown()).toMatch(/maxBufferSize2,147,483,648 \(2 GiB\) in full/);
    expect(shown()).toContain('not there: timestamp-query');
    button('Run the self-test').click();
    await expect.poll(() => asked).toEqual(['describe', 'selfTest']);
  });
  it('shows each result as it comes, with word and sign, and what is wrong in words', async () => {
    const { say, shown, button, lab } = await mount();
    say({ type: 'adapter', report });
    await expect.poll(() => button('Run the self-test').disabled).toBe(false);
    button('Run the self-test').click();
    say({ type: 'testing', kernels: ['matmul', 'reduce', 'sgd'] }, { type: 'result', result: passed });
    await expect.poll(shown).toMatch(/1 of 3 kernels.*matmul.*✓Passed.*reduce.*Running.*sgd.*Waiting/);
    expect(button('Run the self-test').disabled).toBe(true);
    say({ type: 'result', result: failed }, { type: 'result', result: { ...passed, kernel: 'sgd' } }, { type: 'tested', ms: 2000 });
    await expect.poll(shown).toMatch(/1 of 3 kernels failed: 3,702 values compared in 2.0 s/);
    expect(shown()).toMatch(/reduce.*✗Failed.*reduce: 20 failures, the first 1 .*y\[3\] got 1, want 2/);
    expect(lab.renderRoot.querySelectorAll('.failed')).toHaveLength(1);
  });
  it('copies JSON that says what the page says; where that is refused, offers the text selected', async () => {
    const { say, shown, button, lab } = await mount();
    say(
      { type: 'adapter', report },
      { type: 'testing', kernels: ['reduce'] },
      { type: 'result', result: failed },
      { type: 'tested', ms: 2000 },
    );
    await expect.poll(shown).toContain('1 of 1 kernels failed');
    const texts: string[] = [];
    let allowed = true;
    const writeText = async (text: string): Promise<void> => {
      if (!allowed) throw new DOMException('no', 'NotAllowedError');
      texts.push(text);
    };
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    try {
      button('Copy as JSON').click();
      await expect.poll(shown).toContain('Copied');
      allowed = false;
      button('Copy as JSON').click();
      await expect.poll(() => lab.renderRoot.querySelector('textarea')?.selectionEnd).toBeGreaterThan(0);
    } finally {
      Reflect.deleteProperty(navigator, 'clipboard');
    }
    const area = lab.renderRoot.querySelector('textarea')!;
    expect([area.selectionStart, area.selectionEnd]).toEqual([0, area.value.length]);
    for (const text of [texts[0]!, area.value]) {
      const copied = JSON.parse(text) as DeviceReport;
      expect(copied).toMatchObject({
        format: 'overparam-device',
        adapter: report,
        selfTest: { complete: true, kernels: ['reduce'] },
        errors: [],
      });
      expect(copied.selfTest!.results).toEqual([{ ...failed, worst: 'Infinity' }]);
    }
  });
  it.each<[NoWebGPUCause, RegExp]>([
    ['missing-api', /no navigator\.gpu/],
    ['insecure-context', /https or from localhost/],
    ['no-adapter', /offers no adapter/],
  ])('tells %s from the other causes', async (cause, words) => {
    const { lab, say, shown, button } = await mount();
    say({ type: 'error', during: 'describe', error: describeError(new NoWebGPUError(cause)) });
    await expect.poll(shown).toMatch(words);
    expect(button('Run the self-test').disabled).toBe(true);
    expect(lab.deviceReport).toMatchObject({ adapter: undefined, errors: [{ name: 'NoWebGPUError' }] });
  });
  it('keeps the results from before the device was lost, and can test again', async () => {
    const { lab, say, shown, button, asked } = await mount();
    say({ type: 'adapter', report });
    await expect.poll(() => button('Run the self-test').disabled).toBe(false);
    button('Run the self-test').click();
    say(
      { type: 'testing', kernels: ['matmul', 'reduce'] },
      { type: 'result', result: passed },
      { type: 'error', during: 'selfTest', error: { name: 'DeviceLostError', message: 'gone' } },
    );
    await expect.poll(shown).toMatch(/gone.*before it \(1 of 2 kernels\) stands.*matmul.*Passed.*reduce.*Not tested/);
    expect(lab.deviceReport.selfTest).toEqual({ kernels: ['matmul', 'reduce'], complete: false, results: [passed] });
    button('Run the self-test').click();
    await expect.poll(() => asked).toEqual(['describe', 'selfTest', 'selfTest']);
    expect(shown()).not.toContain('gone');
  });
});
