/** Ctrl-C: what was measured is still written. */
import { EXIT } from './labReport';

/** Time within which a second signal is the same key press: npm passes on a Ctrl-C that the terminal has already sent. */
const SAME_PRESS_MS = 1000;

/** Aborts at the first SIGINT or SIGTERM; leaves at once at a later one. */
export const onInterrupt = (note: (text: string) => void): { readonly signal: AbortSignal; readonly dispose: () => void } => {
  const controller = new AbortController();
  let first: number | undefined;
  const handle = (): void => {
    if (first !== undefined && performance.now() - first > SAME_PRESS_MS) process.exit(EXIT.interrupted);
    if (first !== undefined) return;
    first = performance.now();
    note('interrupted: ending the run and writing what was measured (interrupt again to leave at once)');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, handle);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.off(name, handle);
    },
  };
};
