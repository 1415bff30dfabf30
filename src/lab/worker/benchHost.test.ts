/** The bench page's worker over a real message channel, with a measurement that needs no device. */
import { afterEach, describe, expect, it } from 'vitest';
import { NoWebGPUError } from '../../core/errors';
import type { BenchOptions } from '../../measure/bench/report';
import type { BenchEvent } from '../../measure/bench/run';
import type { GpuExecutor } from '../../runtime/gpu';
import { hostBench, type BenchTools, type ToBenchPage, type ToBenchWorker } from './benchHost';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const c of channels.splice(0)) c.port1.close();
});

const OPTIONS: BenchOptions = { set: 'quick', filter: 'x', big: true };
const EVENT: BenchEvent = { type: 'case', index: 0 };
const connect = (changes: Partial<BenchTools> = {}) => {
  const channel = new MessageChannel();
  channels.push(channel);
  const seen: ToBenchPage[] = [];
  channel.port1.addEventListener('message', (e: MessageEvent<ToBenchPage>) => {
    seen.push(e.data);
  });
  for (const port of [channel.port1, channel.port2]) port.start();
  let disposed = 0;
  const gpu = {
    [Symbol.dispose]: () => {
      disposed++;
    },
  } as unknown as GpuExecutor;
  const asked: BenchOptions[] = [];
  hostBench(channel.port2, {
    open: async () => gpu,
    run: async function* (_, options) {
      asked.push(options);
      yield EVENT;
    },
    ...changes,
  });
  return { ask: (message: ToBenchWorker) => channel.port1.postMessage(message), seen, asked, disposed: () => disposed };
};

describe('the host of the bench page', () => {
  it('passes on what happens, says that all was reached, and gives the device back; then it can run again', async () => {
    const { ask, seen, asked, disposed } = connect();
    ask({ type: 'run', options: OPTIONS });
    await expect.poll(() => seen).toEqual([EVENT, { type: 'done', complete: true, ms: expect.any(Number) }]);
    expect(asked).toEqual([OPTIONS]);
    expect(disposed()).toBe(1);
    ask({ type: 'run', options: OPTIONS });
    await expect.poll(() => seen.length).toBe(4);
  });
  it('stops when asked to, and does not start a second run beside the first', async () => {
    let runs = 0;
    const { ask, seen, disposed } = connect({
      run: async function* (_, __, signal) {
        runs++;
        yield EVENT;
        await new Promise<void>((stopped) => {
          signal.addEventListener('abort', () => stopped());
        });
        signal.throwIfAborted();
      },
    });
    ask({ type: 'run', options: OPTIONS });
    ask({ type: 'run', options: OPTIONS });
    await expect.poll(() => seen.length).toBe(1);
    ask({ type: 'stop' });
    await expect.poll(() => seen.at(-1)).toMatchObject({ type: 'done', complete: false });
    expect([runs, disposed()]).toEqual([1, 1]);
  });
  it.each<[string, Partial<BenchTools>, string]>([
    ['that there is no adapter', { open: () => Promise.reject(new NoWebGPUError('no-adapter')) }, 'NoWebGPUError'],
    [
      'what ended a run',
      {
        run: async function* () {
          yield EVENT;
          throw new TypeError('gone');
        },
      },
      'TypeError',
    ],
  ])('says %s', async (_, changes, name) => {
    const { ask, seen } = connect(changes);
    ask({ type: 'run', options: OPTIONS });
    await expect.poll(() => seen.at(-1)).toMatchObject({ type: 'error', error: { name }, ms: expect.any(Number) });
  });
});
