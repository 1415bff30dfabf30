/** The worker behind the device page: describes the adapter and runs the self-test, so that the page never waits for either. */
import { describeError, type RunError } from '../run';
import type { Oracle } from '../../../shaders/kernel';
import type { AdapterReport } from '../../runtime/adapterReport';
import { runsOn } from '../../runtime/kernelCheckCases';
import type { KernelResult } from '../../runtime/kernelCheckSelf';
import { type Port } from './protocol';

/** Page → worker. A test that is asked for while one runs is ignored. */
export interface ToDeviceWorker {
  readonly type: 'describe' | 'selfTest';
}

/** Worker → page. */
export type ToDevicePage =
  | { readonly type: 'adapter'; readonly report: AdapterReport }
  /** A self-test has begun, on these kernels in this order. */
  | { readonly type: 'testing'; readonly kernels: readonly string[] }
  | { readonly type: 'result'; readonly result: KernelResult }
  | { readonly type: 'tested'; readonly ms: number }
  /** Describing or testing ended early. */
  | { readonly type: 'error'; readonly during: 'describe' | 'selfTest'; readonly error: RunError };

/** What the host works with; tests bring their own. */
export interface DeviceTools {
  readonly oracles: readonly Oracle[];
  readonly describe: () => Promise<AdapterReport>;
  readonly open: () => Promise<GPUDevice>;
  readonly test: (device: GPUDevice, oracles: readonly Oracle[]) => AsyncIterable<KernelResult>;
}

/** Listens on `port` for as long as it lives. Each test has a device of its own. */
export function hostDevice(port: Port, { oracles, describe, open, test }: DeviceTools): void {
  const post = (message: ToDevicePage): void => {
    port.postMessage(message, []);
  };
  const selfTest = async (): Promise<void> => {
    const started = performance.now();
    const device = await open();
    try {
      // A kernel that needs what this adapter lacks is not run by anything on it.
      const able = oracles.filter(({ kernel }) => runsOn(kernel, device.features));
      post({ type: 'testing', kernels: able.map((o) => o.kernel.name) });
      for await (const result of test(device, able)) post({ type: 'result', result });
    } finally {
      device.destroy();
    }
    post({ type: 'tested', ms: performance.now() - started });
  };
  const jobs = { describe: async () => post({ type: 'adapter', report: await describe() }), selfTest };
  let busy = Promise.resolve();
  let waiting: ToDeviceWorker['type'][] = [];
  port.addEventListener('message', ({ data: { type } }: MessageEvent<ToDeviceWorker>) => {
    if (waiting.includes(type)) return;
    waiting.push(type);
    // One after the other: what one measures, the other would disturb.
    busy = busy
      .then(jobs[type])
      .catch((error: unknown) => post({ type: 'error', during: type, error: describeError(error) }))
      .then(() => {
        waiting = waiting.filter((w) => w !== type);
      });
  });
}
