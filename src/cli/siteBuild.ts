/** The site as visitors get it, built once for a state of the source and kept in node_modules/.cache. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { commit } from './commit';
import { ROOT } from './root';

/** What the built pages depend on. */
const SOURCES = ['shaders', 'src', 'demos', 'vite.config.ts', 'package-lock.json'] as const;
/** Builds that are kept, the last used ones: of two branches, say. */
const KEPT = 3;
const DAY_MS = 86_400_000;

const filesOf = async (path: string): Promise<readonly string[]> => {
  const full = join(ROOT, path);
  if ((await stat(full)).isFile()) return [path];
  const names = await readdir(full, { recursive: true, withFileTypes: true });
  return names.filter((e) => e.isFile() && !e.name.endsWith('.test.ts')).map((e) => join(e.parentPath, e.name).slice(ROOT.length + 1));
};

/** Of the content of every source file, and of the commit, which the pages name. */
const hashOfSource = async (): Promise<string> => {
  const files = (await Promise.all(SOURCES.map(filesOf))).flat().toSorted();
  const hash = createHash('sha256').update(commit(ROOT));
  for (const file of files) hash.update(`\n${file}\n`).update(await readFile(join(ROOT, file)));
  return hash.digest('hex').slice(0, 16);
};

/** Builds what visitors get, whatever runs the build: a test runner's NODE_ENV would bring the libraries' development versions in. */
const buildForVisitors = async (outDir: string): Promise<void> => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      root: join(ROOT, 'demos'),
      configFile: join(ROOT, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir, emptyOutDir: true },
    });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
};

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Drops builds that nobody has used for a day, but for the last few: a command may still serve a younger one. */
const prune = async (cache: string): Promise<void> => {
  const names = await readdir(cache);
  const built = await Promise.all(names.map(async (name) => [join(cache, name), (await stat(join(cache, name))).mtimeMs] as const));
  const old = built.toSorted((a, b) => b[1] - a[1]).slice(KEPT);
  for (const [path, used] of old) if (Date.now() - used > DAY_MS) await rm(path, { recursive: true, force: true });
};

/** A folder with the site. Two processes that build at once each end with a whole one. Throws what the build throws. */
export const builtSite = async (): Promise<string> => {
  const cache = join(ROOT, 'node_modules/.cache/overparam-site');
  const folder = join(cache, await hashOfSource());
  if (!(await isFolder(folder))) {
    await mkdir(cache, { recursive: true });
    const fresh = await mkdtemp(join(cache, 'building-'));
    try {
      await buildForVisitors(fresh);
      await rename(fresh, folder).catch(async (error: unknown) => {
        if (!(await isFolder(folder))) throw error; // else another process was faster
      });
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }
  await utimes(folder, new Date(), new Date());
  await prune(cache);
  return folder;
};
