/** The built bench page in a browser, the command that drives it, and the bundle that runs without either. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../src/cli/root';
import { browserLoader, INSTALL_LOADER, LOADER } from '../src/cli/vulkan';
import type { BenchReport } from '../src/measure/bench/report';
import { PHONE, Visitor } from './visitor';

/** A case of a tiny kernel, so that a run is mostly the roofs. */
const FEW = 'schedule';
const ROOFS = 3;
const exec = promisify(execFile);

describe('the bench page', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.open();
  });
  afterAll(() => visitor?.close());
  afterEach(async () => {
    await visitor.leave();
    expect(visitor.wrong).toEqual([]);
  });
  const runFew = async (): Promise<void> => {
    await visitor.page.getByLabel('Only with').fill(FEW);
    await visitor.press('Run');
    await visitor.page.getByText(/^Done after .* rows\.$/).waitFor({ timeout: 100_000 });
  };

  it('measures in a worker, in the order of the roofs and the cases, and saves JSON that names adapter and browser', async () => {
    await visitor.visit('bench/');
    await runFew();
    const { page } = visitor;
    expect(page.workers().map((w) => new URL(w.url()).pathname)).toEqual([expect.stringMatching(/worker/)]);
    const [download] = await Promise.all([page.waitForEvent('download'), visitor.press('Save JSON')]);
    expect(download.suggestedFilename()).toBe('overparam-bench.json');
    const text = await readFile(await download.path(), 'utf8');
    const saved = JSON.parse(text) as BenchReport;
    expect(saved).toMatchObject({
      format: 'overparam-bench',
      complete: true,
      options: { set: 'quick', filter: FEW, big: false },
      host: await page.evaluate(() => navigator.userAgent),
    });
    expect(saved.adapter.name).not.toBe('none');
    expect(saved.rows.map((r) => r.state)).toEqual(Array.from({ length: ROOFS + 1 }, () => 'measured'));
    expect(saved.rows.at(-1)!.id).toBe('schedule');
    console.log(
      `bench page: ${JSON.stringify(saved.clock)}, ${saved.rows.map((r) => `${r.id} ${r.time!.median.toExponential(2)} s by ${r.method}`).join('; ')}`,
    );

    await page.getByText('Compare with an earlier report').click();
    await page.getByLabel('Its JSON').fill(text);
    await visitor.press('Compare');
    expect(await page.getByText('no change shown: 1 × the earlier time').count()).toBe(ROOFS + 1);
  });
  it.each(['light', 'dark'] as const)('has no accessibility violation in %s with rows on it', async (colorScheme) => {
    await visitor.visit('bench/', { colorScheme });
    await runFew();
    await visitor.page.getByText('Compare with an earlier report').click();
    expect(await visitor.violations()).toEqual([]);
  });
  it('fits a screen 320 px wide while it runs and after', async () => {
    await visitor.visit('bench/', { viewport: PHONE });
    await visitor.press('Run');
    await visitor.page.getByText(/^\d+ of \d+: /).waitFor({ timeout: 60_000 });
    expect(await visitor.overflow()).toBe(0);
    await visitor.press('Stop');
    await visitor.page.getByText(/^Stopped after .* rows?\.$/).waitFor({ timeout: 100_000 });
    expect(await visitor.overflow()).toBe(0);
  });
});

describe('npm run bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'overparam-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const bench = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    exec(process.execPath, [join(ROOT, 'src/cli/run.mjs'), 'bench', '--filter', FEW, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
    });

  it.each(['browser', 'node'])('measures with %s as its host, prints the table and writes the report', async (host) => {
    const json = join(folder, `${host}.json`);
    const { stdout } = await bench(['--host', host, '--json', json]);
    const report = JSON.parse(await readFile(json, 'utf8')) as BenchReport;
    expect(report.complete).toBe(true);
    expect(report.host).toContain(host === 'node' ? `Node ${process.versions.node}` : 'Chrome');
    expect(report.rows).toHaveLength(ROOFS + 1);
    expect(stdout).toContain(`- Adapter: ${report.adapter.name}`);
    expect(stdout).toMatch(/### Kernels[^]*\| schedule: cosine \| .*s a run \|/);
  });
  it("measures in Node by a browser's Vulkan loader where the system's does not load, and else says what to install", async () => {
    // The dynamic linker meets this first, and goes no further.
    await writeFile(join(folder, LOADER), '');
    const run = bench(['--host', 'node'], { LD_LIBRARY_PATH: folder });
    if (process.platform === 'linux' && browserLoader() === undefined) await expect(run).rejects.toThrow(INSTALL_LOADER);
    else expect((await run).stdout).toMatch(/### Kernels[^]*\| schedule: cosine \| .*s a run \|/);
  });
});
