/** Which runs are being trained at this moment, in any tab: a Web Lock is held for as long as the worker that trains lives. */
import type { Readable } from './record';

const PREFIX = 'overparam-run-';
/** How long a worker of a page that was just left may take to go, in ms: on a busy machine seconds. */
const PATIENCE = 5000;
const LOOK_AGAIN = 100;
/** Without locks: a run that wrote nothing for so long was cut off. */
const SILENCE = 60_000;

const locks = (): LockManager | undefined => (globalThis.navigator as Navigator | undefined)?.locks;

/** Holds the run's lock until the returned function is called, or the worker ends; undefined where another holds it. */
export async function holdRun(id: string): Promise<(() => void) | undefined> {
  const manager = locks();
  if (!manager) return () => undefined;
  return new Promise((resolve, reject) => {
    const held = (): Promise<void> =>
      new Promise((release) => {
        resolve(release);
      });
    manager
      .request(PREFIX + id, { signal: AbortSignal.timeout(PATIENCE) }, held)
      .catch((error: unknown) =>
        error instanceof DOMException && error.name === 'TimeoutError' ? resolve(undefined) : reject(error as Error),
      );
  });
}

/** Ids of those among `runs` that a worker trains now. */
export async function trainedNow(runs: readonly Readable[]): Promise<ReadonlySet<string>> {
  const manager = locks();
  if (!manager) return new Set(runs.filter((r) => r.state === 'running' && Date.now() - r.touched < SILENCE).map((r) => r.id));
  const held = new Set((await manager.query()).held?.map((lock) => lock.name));
  return new Set(runs.filter((r) => held.has(PREFIX + r.id)).map((r) => r.id));
}

/** Like `trainedNow`, but gives a worker that is just ending the time to go. */
export async function trainedStill(runs: readonly Readable[]): Promise<ReadonlySet<string>> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const now = await trainedNow(runs);
    if (now.size === 0 || !locks() || performance.now() > until) return now;
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN);
    });
  }
}
