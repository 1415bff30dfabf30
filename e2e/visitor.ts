/** A visitor of the built site: one browser, one page at a time, and an eye on what no page may do. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright';
import { chromium } from 'playwright';
import { ensureBrowser } from '../src/cli/browser';
import { launchOptions } from '../src/cli/findBrowser';
import { openSite, type Site } from '../src/cli/site';
import type { Row } from '../src/lab/study';
import type { LabStudy } from '../src/ui/labStudy';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 320, height: 640 };
const RUN_MS = 100_000;

export interface VisitOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** Runs in the page before its own scripts. */
  readonly before?: string;
  /** Runs in the training worker before it opens anything. */
  readonly inWorker?: string;
  /** Another address of the same server. */
  readonly origin?: string;
}

export class Visitor {
  page!: Page;
  /** Errors logged, files missing, other hosts asked, policies broken. */
  readonly wrong: string[] = [];
  #context: BrowserContext | undefined;

  private constructor(
    readonly site: Site,
    readonly browser: Browser,
  ) {}

  /** Builds and serves the site under a sub-path, and launches the browser with `flags` beside its usual ones. */
  static async open(flags: readonly string[] = []): Promise<Visitor> {
    const site = await openSite('/some/where/');
    await ensureBrowser();
    const options = launchOptions();
    return new Visitor(site, await chromium.launch({ ...options, args: [...options.args, ...flags] }));
  }
  async close(): Promise<void> {
    await this.browser.close();
    await this.site.close();
  }

  /** A new page in a new profile; `leave` closes both. */
  async visit(path: string, o: VisitOptions = {}): Promise<void> {
    await this.leave();
    this.wrong.length = 0;
    // Without motion, so that no contrast is measured half-way through a transition.
    this.#context = await this.browser.newContext({
      viewport: o.viewport ?? WIDE,
      colorScheme: o.colorScheme ?? 'light',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    await this.#context.addInitScript(
      "addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));",
    );
    if (o.before) await this.#context.addInitScript(o.before);
    this.page = await this.#context.newPage();
    const origin = o.origin ?? new URL(this.site.url).origin;
    this.#watch(origin);
    if (o.inWorker)
      await this.page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${o.inWorker}\n${await response.text()}` });
      });
    await this.page.goto(origin + new URL(this.site.url).pathname + path);
  }
  #watch(origin: string): void {
    const { page, wrong } = this;
    page.on('pageerror', (e) => wrong.push(`${e.name}: ${e.message}`));
    page.on('console', (m) => {
      if (m.type() === 'error') wrong.push(m.text());
    });
    page.on('response', (r) => {
      if (r.status() >= 400) wrong.push(`${r.status()} ${r.url()}`);
    });
    page.on('request', (r) => {
      if (!r.url().startsWith(`${origin}/`) && !/^(data|blob):/.test(r.url())) wrong.push(`asked for ${r.url()}`);
    });
  }
  async leave(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  look<T>(read: (lab: LabStudy) => T): Promise<T> {
    return this.page.locator('lab-study').evaluate(read as (lab: unknown) => T) as Promise<T>;
  }
  press(name: string): Promise<void> {
    return this.page.getByRole('button', { name, exact: true }).click();
  }
  /** Waits for a state of the run; throws where it fails instead. */
  async until(state: string): Promise<void> {
    await this.page.waitForFunction(
      (state) => {
        const lab = document.querySelector<LabStudy>('lab-study');
        if (lab?.state === 'failed' && state !== 'failed') throw new Error(`${lab.error?.name}: ${lab.error?.message}`);
        return lab?.state === state;
      },
      state,
      { timeout: RUN_MS },
    );
  }
  async untilDone(count: number): Promise<void> {
    await this.page.waitForFunction((count) => (document.querySelector<LabStudy>('lab-study')?.progress?.done ?? 0) >= count, count, {
      timeout: RUN_MS,
    });
  }
  done(): Promise<number> {
    return this.look((lab) => lab.progress?.done ?? 0);
  }
  async points(): Promise<readonly Row[]> {
    return (await this.look((lab) => [...lab.rows])).filter((row) => row.kind === 'point');
  }
  async runSmoke(): Promise<void> {
    await this.page.getByRole('radio', { name: /^Tiny/ }).check();
    await this.press('Run');
    await this.until('done');
  }
  /** What is kept of runs in this profile. */
  kept(): Promise<readonly { readonly state: string; readonly resumable: boolean }[]> {
    return this.page.evaluate(
      () =>
        new Promise((done, fail) => {
          const request = indexedDB.open('overparam');
          request.addEventListener('error', () => fail(request.error));
          request.addEventListener('success', () => {
            const all = request.result.transaction('runs').objectStore('runs').getAll();
            all.addEventListener('success', () => {
              request.result.close();
              done((all.result as { state: string; resumable: boolean }[]).map(({ state, resumable }) => ({ state, resumable })));
            });
          });
        }),
    );
  }
  /** The text of every notice on the page. */
  notices(): Promise<readonly string[]> {
    return this.page.locator('.notice').allInnerTexts();
  }

  /** Every violation that axe-core finds on the page as it is now, whatever its impact. */
  async violations(): Promise<readonly string[]> {
    // Evaluated, not added as a script element, which the page's policy would refuse.
    await this.page.evaluate(await readFile(AXE, 'utf8'));
    const { violations } = await this.page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.target.flat().join(' ')}: ${n.failureSummary}`));
  }
  /** How far the page is wider than its window, in CSS pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }
}
