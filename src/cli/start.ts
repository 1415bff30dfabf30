/** `npm start`: serves the lab from source and opens it in the default browser, where there is a display to open it on. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { ConfigError } from '../core/errors';
import { ROOT } from './root';

export interface StartCommand {
  /** Absent: Vite's own, or the next that is free. */
  readonly port?: number;
  readonly open: boolean;
}

/** Whether a browser opened from here would be seen: not over ssh, not in CI, and on Linux only with a display server. */
export const hasDisplay = (platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): boolean => {
  if (env['CI'] || env['SSH_CONNECTION']) return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
};

/** Throws ConfigError for an unknown option or a port that is none. */
export const parseStart = (args: readonly string[]): StartCommand => {
  const options = { port: { type: 'string' }, 'no-open': { type: 'boolean' } } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new ConfigError(`start: ${error instanceof Error ? error.message : String(error)}\nOptions: --port NUMBER, --no-open`);
  }
  const open = values['no-open'] !== true;
  if (values.port === undefined) return { open };
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65535)
    throw new ConfigError(`start: --port is '${values.port}'; it may be 1 to 65535`);
  return { open, port };
};

/** Resolves to 0 when the server has been closed, which a signal does. A named port that is taken is an error; without one the next is tried. */
export const main = async (args: readonly string[]): Promise<number> => {
  const { port, open } = parseStart(args);
  const server = await createServer({
    configFile: join(ROOT, 'vite.config.ts'),
    server: { open: false, ...(port !== undefined && { port, strictPort: true }) },
  });
  try {
    await server.listen();
  } catch (error) {
    await server.close(); // or its watchers keep the process alive
    if (port === undefined || !(error instanceof Error) || !/already in use/.test(error.message)) throw error;
    throw new ConfigError(`start: port ${port} is taken; name another with --port, or leave it out for the next that is free`);
  }
  process.stdout.write('\n  Overparam is served at\n\n');
  server.printUrls();
  if (open && hasDisplay(process.platform, process.env)) server.openBrowser();
  else
    process.stdout.write(
      '\n  Open this address in a browser with WebGPU on this machine (elsewhere, forward the port: WebGPU needs localhost or https).\n',
    );
  process.stdout.write('  Ctrl-C stops it.\n\n');
  await new Promise((closed) => {
    server.httpServer?.once('close', closed);
  });
  return 0;
};
