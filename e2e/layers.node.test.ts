/** Imports go only downwards through the layers, and WebGPU is used only where it belongs: over every TypeScript file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerBreaches, LAYERS, smellBreaches } from './sourceRules';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = ['shaders', 'src', 'demos', 'e2e']
  .flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name.replaceAll('\\', '/')}`),
  )
  // Declarations of other people's modules import nothing and belong to no layer.
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path): readonly [string, string] => [path, readFileSync(join(ROOT, path), 'utf8')]);

describe('the source', () => {
  it('is found', () => {
    const folders = LAYERS.flat().filter((folder) => SOURCES.some(([path]) => path === folder || path.startsWith(`${folder}/`)));
    expect(folders).toEqual(expect.arrayContaining(['shaders', 'src/core', 'src/runtime', 'src/cli', 'e2e']));
  });
  it('imports only downwards', () => {
    expect(SOURCES.flatMap(([path, text]) => layerBreaches(path, text))).toEqual([]);
  });
  it('uses WebGPU only where it belongs', () => {
    expect(SOURCES.flatMap(([path, text]) => smellBreaches(path, text))).toEqual([]);
  });
});

describe('the layer rule', () => {
  it.each([
    ['an import', "import { a } from '../lab/run';"],
    ['a type import', "import type { A } from '../lab/run';"],
    ['a re-export', "export { a } from '../lab/run';"],
    ['an export of everything', "export * from '../lab/run';"],
    ['a dynamic import', "const a = await import('../lab/run');"],
    ['an imported type', "let a: import('../lab/run').A;"],
    ['a worker', "new Worker(new URL('../lab/run', import.meta.url), { type: 'module' });"],
    ['a query', "import a from '../lab/run?worker';"],
  ])('finds %s that goes upwards, with its line', (_, statement) => {
    expect(layerBreaches('src/graph/node.ts', `// a comment\n${statement}\n`)).toEqual([
      'src/graph/node.ts:2: imports upwards: src/lab/run',
    ]);
  });
  it.each([
    ['src/graph/node.ts', '../core/shape'],
    ['src/graph/node.ts', './tensor'],
    ['src/graph/node.ts', '../../shaders/matmul'],
    ['src/graph/node.ts', 'node:fs'],
    ['src/index.ts', './lab/run'],
    ['demos/double-descent/study.ts', '../../src/index'],
    ['demos/registry.ts', './double-descent/study'],
  ])('allows %s to import %s', (path, target) => {
    expect(layerBreaches(path, `import '${target}';`)).toEqual([]);
  });
  it.each([
    ['src/data/csv.ts', '../theory/linalg', 'imports sideways: src/theory/linalg'],
    ['src/optim/sgd.ts', '../models/mlp', 'imports sideways: src/models/mlp'],
    ['src/ui/chart.ts', '../cli/lab', 'imports sideways: src/cli/lab'],
    ['shaders/matmul.ts', '../src/core/shape', 'imports upwards: src/core/shape'],
    ['src/index.ts', './ui/chart', 'imports upwards: src/ui/chart'],
    ['src/lab/run.ts', '../index', 'imports upwards: src/index'],
    ['src/lab/run.ts', '../../vite.config', 'imports vite.config, which belongs to no layer'],
  ])('refuses %s importing %s', (path, target, message) => {
    expect(layerBreaches(path, `import '${target}';`)).toEqual([expect.stringContaining(message)]);
  });
  it('refuses a file outside the layers', () => {
    expect(layerBreaches('src/misc/a.ts', '')).toEqual(['src/misc/a.ts:1: belongs to no layer']);
  });
  it('is not misled by comments and strings', () => {
    expect(layerBreaches('shaders/a.ts', "// import '../src/lab/run';\nconst a = \"import '../src/lab/run'\";")).toEqual([]);
  });
});

describe('the rules of WebGPU', () => {
  it.each([
    ['queue.submit', 'device.queue.submit([]);'],
    ['mapAsync', 'await buffer.mapAsync(1);'],
    ['createBuffer', 'this.device?.createBuffer({});'],
    ["layout: 'auto'", "device.createComputePipelineAsync({ layout: 'auto' });"],
    ['navigator.gpu', 'const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;'],
    ['navigator.gpu', "navigator['gpu'].requestAdapter();"],
  ])('finds %s in %s', (what, statement) => {
    expect(smellBreaches('src/lab/run.ts', `\n${statement}`)).toEqual([`src/lab/run.ts:2: ${what}`]);
    expect(smellBreaches('src/lab/run.test.ts', statement)).toEqual([]);
  });
  it('allows buffers in src/runtime, but no automatic layout', () => {
    expect(smellBreaches('src/runtime/a.ts', "device.createBuffer(x); f({ layout: 'auto' });")).toEqual([
      "src/runtime/a.ts:1: layout: 'auto'",
    ]);
  });
  it('is not misled by comments and strings', () => {
    expect(smellBreaches('src/core/errors.ts', "// navigator.gpu\nconst a = 'no navigator.gpu, createBuffer() or mapAsync()';")).toEqual(
      [],
    );
  });
});
