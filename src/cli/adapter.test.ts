/** The adapter that all GPU tests run on, named in the log; fails, saying which of the three causes it is, where there is none. */
import { expect, it } from 'vitest';
import { acquire } from '../runtime/device';

it('offers a WebGPU adapter that holds one workgroup of the widest kernel', async () => {
  const { device, name, software } = await acquire();
  const { vendor, architecture, device: model, description } = device.adapterInfo;
  console.log(
    `Adapter: ${name} (${software ? 'software' : 'hardware'})\n` +
      `vendor '${vendor}', architecture '${architecture}', device '${model}', description '${description}'`,
  );
  // The default of the specification, which every adapter must offer and the kernels' tiles of 16² invocations need.
  expect(device.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
  device.destroy();
});
