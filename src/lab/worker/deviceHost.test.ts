/** The device page's worker over a real message channel, with tools that need no device. */
import { afterEach, describe, expect, it } from 'vitest';
import { ORACLES } from '../../../shaders/index';
import { DeviceLostError, NoWebGPUError } from '../../core/errors';
import type { AdapterReport } from '../../runtime/adapterReport';
import type { KernelResult } from '../../runtime/kernelCheckSelf';
import { hostDevice, type DeviceTools, type ToDevicePage, type ToDeviceWorker } from './deviceHost';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const c of channels.splice(0)) c.port1.close();
});

const resultOf = (kernel: string): KernelResult => ({
  kernel,
  sets: 1,
  allSets: 1,
  checked: 1,
  worst: 0,
  largest: 0,
  failed: 0,
  failures: [],
  ms: 1,
});
const connect = (changes: Partial<DeviceTools> = {}) => {
  const channel = new MessageChannel();
  channels.push(channel);
  const seen: ToDevicePage[] = [];
  channel.port1.addEventListener('message', (e: MessageEvent<ToDevicePage>) => {
    seen.push(e.data);
  });
  for (const port of [channel.port1, channel.port2]) port.start();
  let destroyed = 0;
  const device = {
    destroy: () => {
      destroyed++;
    },
  } as unknown as GPUDevice;
  hostDevice(channel.port2, {
    oracles: ORACLES.slice(0, 2),
    describe: async () => ({ name: 'none' }) as AdapterReport,
    open: async () => device,
    test: async function* (_, oracles) {
      for (const o of oracles) yield resultOf(o.kernel.name);
    },
    ...changes,
  });
  const ask = (type: ToDeviceWorker['type']): void => channel.port1.postMessage({ type });
  /** Resolves once `n` questions have arrived at the host. */
  const arrived = (n: number): Promise<void> =>
    new Promise((resolve) => {
      let count = 0;
      channel.port2.addEventListener('message', () => {
        if (++count === n) resolve();
      });
    });
  return { ask, seen, arrived, destroyed: () => destroyed };
};
const names = ORACLES.slice(0, 2).map((o) => o.kernel.name);

describe('the host of the device page', () => {
  it('describes, then posts one result per kernel and closes the device', async () => {
    let gate = Promise.resolve();
    const { ask, seen, arrived, destroyed } = connect({
      test: async function* (_, oracles) {
        await gate;
        for (const o of oracles) yield resultOf(o.kernel.name);
      },
    });
    gate = arrived(3);
    ask('describe');
    ask('selfTest');
    ask('selfTest'); // while one runs
    await expect.poll(() => seen.at(-1)?.type).toBe('tested');
    expect(seen.map((m) => m.type)).toEqual(['adapter', 'testing', 'result', 'result', 'tested']);
    expect(seen[1]).toEqual({ type: 'testing', kernels: names });
    expect(seen[2]).toEqual({ type: 'result', result: resultOf(names[0]!) });
    expect(destroyed()).toBe(1);
    ask('selfTest');
    await expect.poll(() => seen.length).toBe(9);
  });
  it('says what ended a test, closes the device, and can test again', async () => {
    let times = 0;
    const { ask, seen, destroyed } = connect({
      test: async function* () {
        yield resultOf('first');
        if (times++ === 0) throw new DeviceLostError('gone');
      },
    });
    ask('selfTest');
    await expect
      .poll(() => seen.at(-1))
      .toEqual({ type: 'error', during: 'selfTest', error: { name: 'DeviceLostError', message: 'gone' } });
    expect(destroyed()).toBe(1);
    ask('selfTest');
    await expect.poll(() => seen.at(-1)?.type).toBe('tested');
  });
  it('says why there is no adapter', async () => {
    const { ask, seen } = connect({ describe: () => Promise.reject(new NoWebGPUError('no-adapter')) });
    ask('describe');
    await expect.poll(() => seen).toMatchObject([{ type: 'error', during: 'describe', error: { name: 'NoWebGPUError' } }]);
  });
});
