/** Serves the lab on this machine, built from source: what a visitor gets, with no watcher that might reload a page in mid-run. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { builtSite } from './siteBuild';
import { SECURITY_HEADERS } from './securityPolicy';

export interface Site {
  /** Where the gallery is, with a final slash. */
  readonly url: string;
  /** Stops the server. */
  readonly close: () => Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

const plain = (response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void => {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(`${status}\n`);
};

/** Answers one request from `folder`, whose root is the address `base`. */
const answer = async (folder: string, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  const file = normalize(join(folder, path.slice(base.length)));
  if (!path.startsWith(base) || !`${file}${sep}`.startsWith(`${folder}${sep}`)) return plain(response, 404);
  const found = await stat(file).catch(() => undefined);
  // Relative addresses in a page need the final slash.
  if (found?.isDirectory() && !path.endsWith('/')) return plain(response, 301, { location: `${path}/` });
  const page = found?.isDirectory() ? join(file, 'index.html') : file;
  if (!(await stat(page).catch(() => undefined))?.isFile()) return plain(response, 404);
  response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': TYPES[extname(page)] ?? 'application/octet-stream' });
  createReadStream(page)
    .on('error', (error) => response.destroy(error))
    .pipe(response);
};

const listen = (server: Server): Promise<number> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    // Loopback only: WebGPU needs a secure context, which plain http is only from this machine.
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address && typeof address === 'object') done(address.port);
      else fail(new Error('the local server has no port'));
    });
  });

/**
 * Serves a folder at a free port. `base`: the address of its root, `/` or `/a/b/`. Vite's own preview server would do, but it ends the
 * process on SIGTERM, before an interrupted run has written what it has.
 */
export const serveFolder = async (folder: string, base = '/'): Promise<Site> => {
  const server = createServer((request, response) => {
    answer(folder, base, request, response).catch(() => {
      if (!response.headersSent) plain(response, 400);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}${base}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

/** Builds the whole site, unless it is built of this source already, and serves it. */
export const openSite = async (base = '/'): Promise<Site> => serveFolder(await builtSite(), base);

/** One origin whatever the port: what a browser stores belongs to an origin. */
export const LAB_ORIGIN = 'http://lab.localhost/';
/** What a browser must be launched with to find a site of this machine under LAB_ORIGIN. */
export const originFlags = ({ url }: Pick<Site, 'url'>): readonly string[] => [
  `--host-resolver-rules=MAP ${new URL(LAB_ORIGIN).hostname}:80 ${new URL(url).host}`,
];
