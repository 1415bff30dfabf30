/** The rules of imports and of WebGPU's use, checked on the syntax trees of source files. Pure: text in, breaches out. */
import { posix } from 'node:path';
import { parseSync } from 'vite';

/** Top to bottom as they may be imported: a folder imports from the lines above its own, and from itself. src/index.ts is the public API. */
export const LAYERS: readonly (readonly string[])[] = [
  ['shaders'],
  ['src/core'],
  ['src/data', 'src/theory'],
  ['src/graph'],
  ['src/ops'],
  ['src/autodiff'],
  ['src/models', 'src/optim'],
  ['src/plan'],
  ['src/runtime'],
  ['src/measure'],
  ['src/lab'],
  ['src/index.ts'],
  ['src/ui', 'src/cli'],
  ['demos'],
  ['e2e'],
];

/** `path:line: what is wrong`. */
export type Breach = string;

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}
const isNode = (v: unknown): v is SyntaxNode => typeof v === 'object' && v !== null && 'type' in v && typeof v.type === 'string';

/** The node and all below it. */
function* descend(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* descend(child);
}

/** Throws SyntaxError for a file that does not parse: one that is not understood has not been checked. */
const parse = (path: string, text: string): SyntaxNode[] => {
  const { errors, program } = parseSync(path, text);
  if (errors[0]) throw new SyntaxError(`${path}: ${errors[0].message}`);
  return [...descend(program as unknown as SyntaxNode)];
};

const at = (path: string, text: string, node: SyntaxNode): string => `${path}:${text.slice(0, node.start).split('\n').length}`;
const literal = (v: unknown): string | undefined =>
  isNode(v) && v.type === 'Literal' && typeof v['value'] === 'string' ? v['value'] : undefined;
/** Name of an identifier, or of the property that a member expression ends in; undefined for a computed one. */
const nameOf = (v: unknown): string | undefined => {
  if (!isNode(v)) return undefined;
  switch (v.type) {
    case 'Identifier':
      return v['name'] as string;
    case 'MemberExpression':
      return v['computed'] ? literal(v['property']) : nameOf(v['property']);
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return nameOf(v['expression']);
    default:
      return literal(v);
  }
};

/** What a node imports: import and export declarations, dynamic and type imports, and `new URL(path, import.meta.url)`. */
const imported = (node: SyntaxNode): string | undefined => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return literal(node['source']);
    case 'NewExpression': {
      const [path, base] = node['arguments'] as unknown[];
      return nameOf(node['callee']) === 'URL' && base ? literal(path) : undefined;
    }
    default:
      return undefined;
  }
};

/** `src/core` for src/core/a/b.ts, `demos` for demos/x/y.ts, and src/index.ts for itself, as an import writes it or in full. */
const folderOf = (path: string): string => {
  const [top = '', second = ''] = path.split('/');
  if (path === 'src/index') return 'src/index.ts';
  return top === 'src' ? `${top}/${second}` : top;
};
const levelOf = (folder: string): number => LAYERS.findIndex((level) => level.includes(folder));

const layerBreach = (from: string, to: string): string | undefined => {
  const [own, other] = [folderOf(from), folderOf(to)];
  if (own === other) return undefined;
  if (levelOf(other) < 0) return `imports ${to}, which belongs to no layer`;
  if (levelOf(other) > levelOf(own)) return `imports upwards: ${to}`;
  if (levelOf(other) === levelOf(own)) return `imports sideways: ${to}`;
  return undefined;
};

/** What a file imports from this repository, as `path` and, where the import writes none, without an ending. */
const importsOf = (path: string, text: string): readonly { readonly node: SyntaxNode; readonly target: string }[] =>
  parse(path, text).flatMap((node) => {
    const specifier = imported(node)?.replace(/[?#].*$/, '');
    return specifier?.startsWith('.') ? [{ node, target: posix.normalize(posix.join(posix.dirname(path), specifier)) }] : [];
  });

/** Imports that go anywhere but downwards. `path` from the repository's root, with `/`. */
export const layerBreaches = (path: string, text: string): Breach[] => {
  if (levelOf(folderOf(path)) < 0) return [`${path}:1: belongs to no layer`];
  return importsOf(path, text).flatMap(({ node, target }) => {
    const breach = layerBreach(path, target);
    return breach ? [`${at(path, text, node)}: ${breach}`] : [];
  });
};

/** A file's path from the repository's root, with `/`, and its text. */
export type Source = readonly [path: string, text: string];
interface Import {
  /** `path:line`. */
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

/** Imports between the given files, as a bundler finds them: a name as it is, with `.ts`, or a folder's index.ts. */
const importsBetween = (files: readonly Source[]): readonly Import[] => {
  const paths = new Set(files.map(([path]) => path));
  return files.flatMap(([path, text]) =>
    importsOf(path, text).flatMap(({ node, target }) => {
      const to = [target, `${target}.ts`, `${target}/index.ts`].find((p) => paths.has(p));
      return to === undefined ? [] : [{ at: at(path, text, node), from: path, to }];
    }),
  );
};
/** What a file needs, directly or through others: itself only where it is in a circle. */
const needs = (of: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> => {
  const found = new Set<string>();
  const stack = [...(targets.get(of) ?? [])];
  for (let next = stack.pop(); next !== undefined; next = stack.pop())
    if (!found.has(next)) {
      found.add(next);
      stack.push(...(targets.get(next) ?? []));
    }
  return found;
};

/**
 * Files that import each other, directly or through others: a breach for each largest such set, with the imports inside it. Imports of types count, as
 * neither file can be understood without the other; so do dynamic ones, which only hide a circle from the loader. `known`: sets that are let pass.
 */
export const importCircles = (files: readonly Source[], known: readonly (readonly string[])[] = []): Breach[] => {
  const imports = importsBetween(files);
  const targets = new Map(files.map(([path]) => [path, imports.filter(({ from }) => from === path).map(({ to }) => to)]));
  const needed = new Map(files.map(([path]) => [path, needs(path, targets)]));
  const circleOf = (path: string): readonly string[] => [...needed.get(path)!].filter((other) => needed.get(other)!.has(path)).toSorted();
  const circles = new Map(files.map(([path]) => [circleOf(path).join(), new Set(circleOf(path))]));
  for (const none of ['', ...known.map((circle) => circle.toSorted().join())]) circles.delete(none);
  return [...circles.values()].map((circle) => {
    const inside = imports.filter(({ from, to }) => circle.has(from) && circle.has(to));
    return `${inside[0]!.at}: in a circle of imports: ${inside.map((i) => `${i.at} imports ${i.to}`).join('; ')}`;
  });
};

/** ['double-descent', 'linear'] for a file of that study, ['double-descent'] for one that its studies share; undefined outside of phenomena. */
const houseOf = (path: string): readonly string[] | undefined => {
  const [top, ...folders] = path.split('/').slice(0, -1);
  return top === 'demos' && folders.length > 0 ? folders : undefined;
};
/** Files in which a phenomenon names its studies: what lists them, and what tests them. */
const LISTS = /\/(?:phenomenon|card)\.ts$|\.test\.ts$/;

/**
 * Imports from another study, or from another phenomenon: what two studies share has a file of its own one level up, what two phenomena share
 * belongs to src/. Nobody but their phenomenon imports studies.
 */
export const houseBreaches = (path: string, text: string): Breach[] => {
  const own = houseOf(path);
  if (!own) return [];
  return importsOf(path, text).flatMap(({ node, target }) => {
    const other = houseOf(target);
    if (!other) return [];
    const allowed = other[0] === own[0] && (other.length < 2 || other[1] === own[1] || (own.length < 2 && LISTS.test(path)));
    return allowed ? [] : [`${at(path, text, node)}: imports from another study: ${target}`];
  });
};

interface Smell {
  readonly what: string;
  /** Folders in which it is allowed. */
  readonly allowed: readonly string[];
  readonly found: (node: SyntaxNode) => boolean;
}

const isMember = (node: SyntaxNode, name: string): boolean => node.type === 'MemberExpression' && nameOf(node) === name;

export const SMELLS: readonly Smell[] = [
  { what: 'queue.submit', allowed: ['src/runtime'], found: (node) => isMember(node, 'submit') && nameOf(node['object']) === 'queue' },
  { what: 'mapAsync', allowed: ['src/runtime'], found: (node) => isMember(node, 'mapAsync') },
  { what: 'createBuffer', allowed: ['src/runtime'], found: (node) => isMember(node, 'createBuffer') },
  {
    what: "layout: 'auto'",
    allowed: [],
    found: (node) => node.type === 'Property' && nameOf(node['key']) === 'layout' && literal(node['value']) === 'auto',
  },
  {
    what: 'navigator.gpu',
    allowed: ['src/runtime', 'src/cli'],
    found: (node) => isMember(node, 'gpu') && nameOf(node['object']) === 'navigator',
  },
];

/** Uses of WebGPU outside the folder that they belong to. Tests and their helpers in e2e/ are excepted: they drive the device by hand. */
export const smellBreaches = (path: string, text: string): Breach[] => {
  if (path.endsWith('.test.ts') || path.startsWith('e2e/')) return [];
  const smells = SMELLS.filter(({ allowed }) => !allowed.includes(folderOf(path)));
  return parse(path, text).flatMap((node) =>
    smells.filter(({ found }) => found(node)).map(({ what }) => `${at(path, text, node)}: ${what}`),
  );
};
