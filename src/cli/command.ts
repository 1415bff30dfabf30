/** Running other programs. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { StdioOptions } from 'node:child_process';

/** Exit status for a program that could not be started, as shells have it. */
export const NOT_FOUND = 127;

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: shares this process's terminal. */
  readonly stdio?: StdioOptions;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const signalStatus = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
/** Whether a status says that the command, or this process while it waited, was told to stop. */
export const wasInterrupted = (status: number): boolean => FORWARDED.some((signal) => status === signalStatus(signal));

/**
 * Exit status of the command, 128 + n when signal n ended it, NOT_FOUND when it does not start; never rejects. A signal to this process
 * goes to the command, whose own end then ends the wait; the status is then that signal's, whatever the command made of it.
 */
export const runCommand = (
  command: string,
  args: readonly string[],
  { cwd, env, stdio = 'inherit' }: CommandOptions = {},
): Promise<number> =>
  new Promise((done) => {
    const child = spawn(command, args, { stdio, ...(cwd !== undefined && { cwd }), env: { ...process.env, ...env } });
    let heard: NodeJS.Signals | undefined;
    const forward = (signal: NodeJS.Signals): void => {
      heard = signal;
      child.kill(signal);
    };
    const finish = (code: number): void => {
      for (const name of FORWARDED) process.off(name, forward);
      done(code);
    };
    for (const name of FORWARDED) process.on(name, forward);
    child.on('error', () => finish(NOT_FOUND));
    child.on('exit', (code, signal) => {
      const ended = heard ?? signal;
      finish(ended ? signalStatus(ended) : (code ?? NOT_FOUND));
    });
  });
