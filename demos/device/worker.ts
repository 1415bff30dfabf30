/** Describes and tests the adapter beside the page. */
import { ORACLES } from '../../shaders/index';
import { hostDevice } from '../../src/lab/worker/deviceHost';
import type { Port } from '../../src/lab/worker/protocol';
import { describeAdapter } from '../../src/runtime/adapterReport';
import { acquire } from '../../src/runtime/device';
import { selfTest } from '../../src/runtime/kernelCheckSelf';

// The library of DOM types knows `self` only as a window.
hostDevice(self as unknown as Port, {
  oracles: ORACLES,
  describe: describeAdapter,
  open: async () => (await acquire()).device,
  test: (device, oracles) => selfTest(device, { oracles }),
});
