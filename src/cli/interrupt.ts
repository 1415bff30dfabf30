/** Ctrl-C, a terminal that closes, a reader of the output that goes away: what was measured is still written. */
import { EXIT } from './labReport';

/** Time within which a second signal is the same key press: npm passes on a Ctrl-C that the terminal has already sent. */
const SAME_PRESS_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts at the first of the signals, or when stdout or stderr is closed at the other end; leaves at once at a later signal. */
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
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, handle);
  // For as long as the process lives: every later write to a closed pipe fails again.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', closed);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
};
