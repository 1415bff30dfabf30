/** The worker behind the bench page: opens the adapter, measures, and stops between cases when asked to. */
import { describeError, type RunError } from '../run';
import type { BenchEvent } from '../../measure/bench/run';
import type { BenchOptions } from '../../measure/bench/report';
import type { GpuExecutor } from '../../runtime/gpu';
import { type Port } from './protocol';

/** Page → worker. A run that is asked for while one goes on is ignored. */
export type ToBenchWorker = { readonly type: 'run'; readonly options: BenchOptions } | { readonly type: 'stop' };

/** Worker → page. */
export type ToBenchPage =
  | BenchEvent
  /** `complete`: all cases were reached, not stopped before. */
  | { readonly type: 'done'; readonly complete: boolean; readonly ms: number }
  | { readonly type: 'error'; readonly error: RunError; readonly ms: number };

/** What the host works with; tests bring their own. */
export interface BenchTools {
  readonly open: () => Promise<GpuExecutor>;
  readonly run: (gpu: GpuExecutor, options: BenchOptions, signal: AbortSignal) => AsyncIterable<BenchEvent>;
}

/** Listens on `port` for as long as it lives. Each run has a device of its own. */
export function hostBench(port: Port, { open, run }: BenchTools): void {
  const post = (message: ToBenchPage): void => {
    port.postMessage(message, []);
  };
  let running: AbortController | undefined;
  const measure = async (options: BenchOptions, { signal }: AbortController): Promise<void> => {
    const started = performance.now();
    try {
      using gpu = await open();
      for await (const event of run(gpu, options, signal)) post(event);
      post({ type: 'done', complete: true, ms: performance.now() - started });
    } catch (error) {
      const ms = performance.now() - started;
      post(signal.aborted ? { type: 'done', complete: false, ms } : { type: 'error', error: describeError(error), ms });
    }
  };
  port.addEventListener('message', ({ data }: MessageEvent<ToBenchWorker>) => {
    if (data.type === 'stop') return running?.abort();
    if (running) return undefined;
    running = new AbortController();
    return void measure(data.options, running).finally(() => {
      running = undefined;
    });
  });
}
