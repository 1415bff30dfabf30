/** WGSL as a list of tokens, as far as rewriting the kernels' own text needs it. */

/** Names, numbers, blanks, and every other character by itself. */
const TOKEN = /[A-Za-z_]\w*|\d[\w.]*|\s+|[^\w\s]/g;
export const tokensOf = (code: string): readonly string[] => code.match(TOKEN) ?? [];
export const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/[^\n]*/g, '');

/** The index just past the bracket that closes the one at `open`. Throws RangeError where there is none. */
export const past = (tokens: readonly string[], open: number): number => {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i] === '[') depth++;
    else if (tokens[i] === ']' && --depth === 0) return i + 1;
  }
  throw new RangeError(`a bracket is not closed: ${tokens.slice(open, open + 20).join('')}`);
};
/** The first index from `from` on that is not blank. */
export const solid = (tokens: readonly string[], from: number): number => {
  let i = from;
  while (/^\s/.test(tokens[i] ?? '')) i++;
  return i;
};
/** For what ends before `from`: the operator of a compound assignment ('' of a plain one), and where the value starts. Undefined where nothing is assigned. */
export const storedTo = (tokens: readonly string[], from: number): { readonly operator: string; readonly at: number } | undefined => {
  const i = solid(tokens, from);
  if (tokens[i] === '=') return tokens[i + 1] === '=' ? undefined : { operator: '', at: i + 1 };
  return /^[-+*/%&|^]$/.test(tokens[i] ?? '') && tokens[i + 1] === '=' ? { operator: tokens[i]!, at: i + 2 } : undefined;
};
