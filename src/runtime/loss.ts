/** Telling the loss of a device from other failures, and asking for another. */
import { DeviceLostError } from '../core/errors';

/** Time for `device.lost` to say why something failed, in ms: what waits for a lost device fails before that has settled. */
const LOSS_MS = 1000;
/**
 * Milliseconds before each request for another device, 19 s in all: a browser takes seconds to start its GPU process again, and Chromium refuses
 * every site for ten seconds when that happens twice.
 */
export const PAUSES: readonly number[] = [0, 100, 200, 400, 800, 1600, 3200, 6400, 6400];
/** The same for the first device of all, where none most often means that there is none: but the page before may have lost it. */
export const FIRST_PAUSES: readonly number[] = PAUSES.slice(0, 5);

export const wait = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

/** Why the device was lost; undefined where it was not, after a moment. */
export const lossOf = async (device: GPUDevice): Promise<GPUDeviceLostInfo | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), LOSS_MS);
  });
  const info = await Promise.race([device.lost, patience]);
  clearTimeout(timer);
  return info;
};

export const reasonOf = (info: GPUDeviceLostInfo | undefined): string => info?.message || 'no reason given';
export const lossError = (info: GPUDeviceLostInfo | undefined, cause?: unknown): DeviceLostError =>
  new DeviceLostError(`the device was lost (${reasonOf(info)}) and with it what was on it`, { cause });
