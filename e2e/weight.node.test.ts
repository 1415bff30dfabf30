/** What each built page loads: its own files only, nothing that its security policy forbids, and little. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page, Route } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../src/cli/browser';
import { CONTENT_POLICY } from '../src/cli/securityPolicy';
import { openSite, type Site } from '../src/cli/site';
import { ROOT } from '../src/cli/root';
import type { LabStudy } from '../src/ui/labStudy';

/**
 * Of all scripts of a page together, its worker's left out, gzipped: about a second on a slow phone's network. A phenomenon has the declarations, claims
 * and closed forms of all its studies.
 */
const mostBytes = (path: string): number => (existsSync(join(ROOT, 'demos', path, 'phenomenon.ts')) ? 160_000 : 120_000);
const PAGES = [
  '',
  ...readdirSync(join(ROOT, 'demos'))
    .filter((name) => existsSync(join(ROOT, 'demos', name, 'index.html')))
    .map((name) => `${name}/`),
];

interface Visit {
  readonly asked: readonly string[];
  /** Errors, and what the policy blocked. */
  readonly broken: readonly string[];
  /** Gzipped sizes of scripts by address. */
  readonly page: ReadonlyMap<string, number>;
  /** Those that only the worker loaded. */
  readonly worker: ReadonlyMap<string, number>;
}

const sum = (sizes: ReadonlyMap<string, number>): number => [...sizes.values()].reduce((a, b) => a + b, 0);
const kilo = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

/** In the page, before any script of its own: violations of the policy are said on the console. */
const report = (): void =>
  document.addEventListener('securitypolicyviolation', (e) =>
    console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`),
  );

/** Serves as a static host does that knows nothing of the policy: only the page's meta element speaks. */
const withoutPolicy = async (route: Route): Promise<void> => {
  const response = await route.fetch();
  const { 'content-security-policy': _, ...headers } = response.headers();
  await route.fulfill({ response, headers });
};

describe('the built site', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    site = await openSite('/some/base/');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Opens a page, does something there and collects what it asked for and what went wrong. `header`: whether the server sends the policy too. */
  const visit = async (path: string, act: (page: Page) => Promise<unknown>, header = true): Promise<Visit> => {
    const page = await browser.newPage();
    const [asked, broken]: [string[], string[]] = [[], []];
    const sizes = new Map<string, number>();
    const reading: Promise<void>[] = [];
    await page.addInitScript(report);
    if (!header) await page.route('**/*', withoutPolicy);
    page.on('console', (m) => {
      if (m.type() === 'error') broken.push(m.text());
    });
    page.on('pageerror', (e) => broken.push(`${e.name}: ${e.message}`));
    page.on('request', (r) => asked.push(r.url()));
    page.on('response', (r) => {
      if (r.url().endsWith('.js')) reading.push(r.body().then((body) => void sizes.set(r.url(), gzipSync(body).length)));
    });
    await page.goto(site.url + path, { waitUntil: 'networkidle' });
    await act(page);
    const workers = new Set(page.workers().map((w) => w.url()));
    const own = new Set(await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name)));
    await Promise.all(reading);
    await page.close();
    const split = (inPage: boolean) => new Map([...sizes].filter(([url]) => (own.has(url) && !workers.has(url)) === inPage));
    return { asked, broken, page: split(true), worker: split(false) };
  };

  it.each(PAGES)('/%s says its policy first, loads its own files, and little', async (path) => {
    const { asked, broken, page, worker } = await visit(path, async (p) => {
      const first = await p.evaluate(() => {
        const meta = document.head.firstElementChild;
        return [meta?.getAttribute('http-equiv'), meta?.getAttribute('content')];
      });
      expect(first).toEqual(['Content-Security-Policy', CONTENT_POLICY]);
    });
    expect(asked.filter((url) => !url.startsWith(site.url) && !/^(data|blob):/.test(url))).toEqual([]);
    expect(broken).toEqual([]);
    expect(page.size).toBeGreaterThan(0);
    const beside = worker.size > 0 ? `; worker ${kilo(sum(worker))} in ${worker.size}; together ${kilo(sum(page) + sum(worker))}` : '';
    console.log(`/${path}: scripts ${kilo(sum(page))} gzipped in ${page.size} files${beside}`);
    expect(sum(page)).toBeLessThanOrEqual(mostBytes(path));
  });

  it.each([true, false])('a study trains to its end under the policy (as a header: %s)', async (header) => {
    // One that trains on the GPU, so that kernels are made from their templates.
    const { broken, worker } = await visit(
      'double-descent/?v=2&study=over-time&preset=smoke',
      async (page) => {
        await page.getByRole('button', { name: 'Run', exact: true }).click();
        await page.waitForFunction(() => document.querySelector<LabStudy>('lab-study')?.state === 'done');
      },
      header,
    );
    expect(broken).toEqual([]);
    expect(worker.size).toBeGreaterThan(0);
  });

  it.each([true, false])('forbids inline scripts, inline styles and other hosts (as a header: %s)', async (header) => {
    const { broken } = await visit(
      '',
      (page) =>
        page.evaluate(async () => {
          const heard = new Promise<void>((done) => {
            let left = 3;
            document.addEventListener('securitypolicyviolation', () => {
              if (--left === 0) done();
            });
          });
          const script = document.createElement('script');
          script.textContent = 'globalThis.breach = true';
          document.head.append(script);
          document.body.insertAdjacentHTML('beforeend', '<i style="color: red">i</i>');
          await fetch('https://example.org/').catch(() => undefined);
          await heard;
          if ('breach' in globalThis) throw new Error('an inline script ran');
        }),
      header,
    );
    const directives = broken.filter((line) => line.startsWith('policy: ')).map((line) => line.split(' ')[1]);
    expect(new Set(directives)).toEqual(new Set(['connect-src', 'script-src-elem', 'style-src-attr']));
  });
});
