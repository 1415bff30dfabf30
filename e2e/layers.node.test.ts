/** Imports go only downwards through the layers and in no circle, and WebGPU is used only where it belongs: over every TypeScript file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { houseBreaches, importCircles, layerBreaches, LAYERS, smellBreaches, type Source } from './sourceRules';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = ['shaders', 'src', 'demos', 'e2e']
  .flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((name) => `${top}/${name.replaceAll('\\', '/')}`),
  )
  // Declarations of other people's modules import nothing and belong to no layer.
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path): Source => [path, readFileSync(join(ROOT, path), 'utf8')]);

describe('the source', () => {
  it('is found', () => {
    const folders = LAYERS.flat().filter((folder) => SOURCES.some(([path]) => path === folder || path.startsWith(`${folder}/`)));
    expect(folders).toEqual(expect.arrayContaining(['shaders', 'src/core', 'src/runtime', 'src/cli', 'e2e']));
  });
  it('imports only downwards', () => {
    expect(SOURCES.flatMap(([path, text]) => layerBreaches(path, text))).toEqual([]);
  });
  it('imports in no circle', () => {
    expect(importCircles(SOURCES)).toEqual([]);
  });
  it('keeps studies apart', () => {
    expect(SOURCES.flatMap(([path, text]) => houseBreaches(path, text))).toEqual([]);
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

/** Each imports the next, the last the first. */
const chain = (names: readonly string[]): readonly Source[] =>
  names.map((name, i): Source => [`${name}.ts`, `import './${names[(i + 1) % names.length]!}';`]);
describe('the rule against circles', () => {
  const back: Source = ['src/core/b.ts', "// a comment\nimport { a } from './a';"];
  it.each([
    ['an import', "import { b } from './b';"],
    ['a type import', "import type { B } from './b';"],
    ['a re-export', "export { b } from './b';"],
    ['an export of everything', "export * from './b';"],
    ['a dynamic import', "const b = () => import('./b');"],
    ['an imported type', "let b: import('./b').B;"],
    ['a worker', "new Worker(new URL('./b.ts', import.meta.url), { type: 'module' });"],
  ])('finds one closed by %s, with its lines', (_, statement) => {
    expect(importCircles([['src/core/a.ts', statement], back])).toEqual([
      'src/core/a.ts:1: in a circle of imports: src/core/a.ts:1 imports src/core/b.ts; src/core/b.ts:2 imports src/core/a.ts',
    ]);
  });
  it('finds those through others, each once, and a file that imports itself', () => {
    const breaches = importCircles([
      ...chain(['a', 'b', 'c']),
      ...chain(['d', 'e']),
      ...chain(['f']),
      ['g.ts', "import './a'; import './d';"],
    ]);
    expect(breaches).toEqual([
      'a.ts:1: in a circle of imports: a.ts:1 imports b.ts; b.ts:1 imports c.ts; c.ts:1 imports a.ts',
      'd.ts:1: in a circle of imports: d.ts:1 imports e.ts; e.ts:1 imports d.ts',
      'f.ts:1: in a circle of imports: f.ts:1 imports f.ts',
    ]);
  });
  it('finds circles that share a file as one', () => {
    const files: readonly Source[] = [
      ['a.ts', "import './b'; import './c';"],
      ['b.ts', "import './a';"],
      ['c.ts', "import './a';"],
    ];
    expect(importCircles(files)).toHaveLength(1);
  });
  it('goes through the index of a folder', () => {
    expect(
      importCircles([
        ['src/core/index.ts', "export * from './a';"],
        ['src/core/a.ts', "import '../core';"],
      ]),
    ).toHaveLength(1);
  });
  it('lets a diamond pass, and what is not among the files', () => {
    const diamond: readonly Source[] = [
      ['a.ts', "import './b'; import './c'; import './b';"],
      ['b.ts', "import './d'; import 'a';"],
      ['c.ts', "import './d'; import './e';"],
      ['d.ts', "// import './a';"],
    ];
    expect(importCircles(diamond)).toEqual([]);
  });
  it('lets a known one pass, but none that is larger', () => {
    expect(importCircles(chain(['a', 'b']), [['b.ts', 'a.ts']])).toEqual([]);
    expect(importCircles(chain(['a', 'b', 'c']), [['a.ts', 'b.ts']])).toHaveLength(1);
  });
});

describe('the rule of studies', () => {
  it.each([
    ['demos/a/one/run.ts', './theory'],
    ['demos/a/one/run.ts', '../learner'],
    ['demos/a/one/run.ts', '../../../src/lab/study'],
    ['demos/a/phenomenon.ts', './one/study'],
    ['demos/a/card.ts', './one/reference.json'],
    ['demos/a/version1.test.ts', './one/fields'],
    ['demos/registry.ts', './a/phenomenon'],
  ])('allows %s to import %s', (path, target) => {
    expect(houseBreaches(path, `import '${target}';`)).toEqual([]);
  });
  it.each([
    ['demos/a/one/run.ts', '../two/fields'],
    ['demos/a/one/run.ts', '../../b/learner'],
    ['demos/a/learner.ts', './one/fields'],
    ['demos/a/learner.ts', '../b/learner'],
    ['demos/a/one/run.ts', '../../b/one/run'],
  ])('refuses %s importing %s', (path, target) => {
    expect(houseBreaches(path, `import type { A } from '${target}';`)).toEqual([expect.stringContaining('imports from another study')]);
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
