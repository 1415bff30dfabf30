/** Host and client over a real message channel, with a study that needs no device. */
import { afterEach, describe, expect, it } from 'vitest';
import { NoWebGPUError } from '../../core/errors';
import type { Executor } from '../../runtime/executor';
import { Control } from '../control';
import type { Config } from '../study';
import { fakeEntry, fakeExecutor, fakeStudy } from '../fakeStudy';
import { defaults } from '../schema';
import { BATCH_INTERVAL, RowBatch } from './batch';
import { RunClient } from './client';
import { hostStudies } from './host';
import type { StartOrder } from './protocol';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const c of channels.splice(0)) c.port1.close();
});

const connect = (open: () => Promise<Executor> = async () => fakeExecutor()) => {
  const channel = new MessageChannel();
  channels.push(channel);
  const messages: { type: string }[] = [];
  channel.port1.addEventListener('message', (e: MessageEvent<{ type: string }>) => {
    messages.push(e.data);
  });
  const waiting = new Set<() => void>();
  const client = new RunClient(channel.port1, () => {
    for (const check of waiting) check();
  });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (holds()) {
          waiting.delete(check);
          resolve();
        }
      };
      waiting.add(check);
      check();
    });
  channel.port1.start();
  channel.port2.start();
  hostStudies(channel.port2, [fakeEntry()], { openExecutor: open });
  return { client, until, messages };
};
const order = (settings: Config, study = fakeStudy.path): StartOrder => ({
  study,
  title: 'a study',
  preset: 'quick',
  config: settings,
  inputs: {},
  live: [],
  build: 'test',
  resume: undefined,
  keep: false,
});
const config = (changes: Config = {}): Config => ({ ...defaults(fakeStudy.fields), ...changes });

describe('a run through the worker protocol', () => {
  it('delivers every row, in few messages, and ends', async () => {
    const { client, until, messages } = connect();
    await until(() => client.adapter !== undefined);
    expect(client.adapter).toEqual({ name: 'no device', software: true });
    client.start(order(config({ points: 200 })));
    expect(client.state).toBe('running');
    await until(() => client.state === 'done');
    expect(client.table.points).toHaveLength(600);
    expect(client.progress).toMatchObject({ done: 600, total: 600 });
    expect(client.table.summary('square', 'measured')[9]!.values).toEqual([99.5, 100, 100.5]);
    // the first batch goes out at once, the last one early; between them there is at least one interval
    expect(messages.filter((m) => m.type === 'rows').length).toBeLessThanOrEqual(2 + (client.seconds * 1000) / BATCH_INTERVAL);
  });

  it('steps, pauses, resumes', async () => {
    const { client, until } = connect();
    client.start(order(config({ points: 2 })), true);
    for (let steps = 1; steps <= 3; steps++) {
      client.step();
      await until(() => client.table.points.length === steps);
      expect(client.state).toBe('paused');
    }
    client.resume();
    await until(() => client.state === 'done');
    expect(client.table.points).toHaveLength(6);
  });

  it('aborts while running and while paused, and starts again', async () => {
    const { client, until } = connect();
    client.start(order(config({ points: 1000, seeds: 16 })));
    await until(() => client.rows.length > 0);
    client.abort();
    const kept = client.rows.length;
    expect(client.state).toBe('aborted');
    client.start(order(config()), true);
    client.abort();
    expect(kept).toBeGreaterThan(0);
    client.start(order(config({ points: 2, seeds: 1 })));
    await until(() => client.state === 'done');
    expect(client.rows.filter((r) => r.kind === 'point').map((r) => [r.x, r.y])).toEqual([
      [1, 1],
      [2, 4],
    ]);
  });

  it('forgets on reset', async () => {
    const { client, until } = connect();
    client.start(order(config()));
    await until(() => client.rows.length > 0);
    client.reset();
    expect([client.state, client.rows.length, client.config]).toEqual(['idle', 0, undefined]);
  });

  it('reports what failed, keeps what was measured, and opens a new executor for the next run', async () => {
    let opened = 0;
    const { client, until } = connect(async () => {
      opened++;
      return fakeExecutor();
    });
    client.start(order(config({ failAt: 3 })));
    await until(() => client.state === 'failed');
    expect(client.error).toEqual({ name: 'RangeError', message: 'asked to fail at 3' });
    expect(client.table.points).toHaveLength(6);
    client.start(order(config()));
    await until(() => client.state === 'done');
    expect(opened).toBe(2);
  });

  it.each([
    ['nothing/squares', config(), "there is no phenomenon 'nothing'; there are fake"],
    ['fake/cubes', config(), "'fake' has no study 'cubes'; its studies are squares, again"],
    ['fake/squares', config({ points: 0 }), "setting 'points' is 0"],
  ])('refuses %s', async (id, settings, message) => {
    const { client, until } = connect();
    client.start(order(settings, id));
    await until(() => client.state === 'failed');
    expect(client.error).toMatchObject({ name: 'ConfigError', message: expect.stringContaining(message) as string });
  });

  it('says why there is no executor', async () => {
    const { client, until } = connect(() => Promise.reject(new NoWebGPUError('no-adapter')));
    await until(() => client.state === 'failed');
    expect(client.error!.name).toBe('NoWebGPUError');
    expect(client.adapter).toBeUndefined();
  });
});

describe('Control', () => {
  it('lets one turn through for each single step', async () => {
    const control = new Control(true);
    let turns = 0;
    const work = (async () => {
      for (; turns < 3; turns++) await control.turn();
    })();
    control.singleStep();
    await new Promise((resolve) => {
      setTimeout(resolve);
    }); // all that can go on has gone on by the next task
    expect(turns).toBe(1);
    expect(control.takeSingleStep()).toBe(false);
    control.resume();
    await work;
    expect(turns).toBe(3);
  });
});

const progress = (done: number) => ({ kind: 'progress', done, total: 9, phase: '', steps: 0 }) as const;
describe('RowBatch', () => {
  it('keeps the last of consecutive progress rows and the order of all others', () => {
    const sent: string[] = [];
    let now = 0;
    const batch = new RowBatch(
      (rows) => sent.push(rows.map((r) => (r.kind === 'progress' ? `p${r.done}` : r.kind)).join(' ')),
      () => now,
    );
    batch.add(progress(1));
    batch.add(progress(2));
    batch.add({ kind: 'event', level: 'info', message: '' });
    batch.add(progress(3));
    expect(batch.due).toBe(true);
    batch.flush();
    batch.add(progress(4));
    now = BATCH_INTERVAL - 1;
    expect(batch.due).toBe(false);
    now = BATCH_INTERVAL;
    expect(batch.due).toBe(true);
    batch.flush();
    expect(sent).toEqual(['p2 event p3', 'p4']);
  });
});
