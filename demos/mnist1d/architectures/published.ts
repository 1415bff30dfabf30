/** What was published, and what of it a run can be held against. Greydanus & Kobak 2024, arXiv:2011.14439. */

export const ARCHITECTURES = ['logistic', 'mlp', 'cnn'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];
export const LABELS = { logistic: 'logistic regression', mlp: 'MLP', cnn: 'CNN' } as const satisfies Record<Architecture, string>;

/** Steps, rate, batch and sizes as published. */
export const RECIPE = { steps: 6000, lr: 0.01, batch: 100, width: 100, channels: 25 } as const;
type Recipe = Readonly<Record<keyof typeof RECIPE, number>>;
/** Only then are the figures comparable. */
export const isRecipe = (c: Recipe): boolean =>
  c.steps === RECIPE.steps && c.lr === RECIPE.lr && c.batch === RECIPE.batch && c.width === RECIPE.width && c.channels === RECIPE.channels;

/** Test accuracy in %, by order of the positions: table of the main results. */
export const PUBLISHED = {
  ordered: { logistic: 32, mlp: 68, cnn: 94 },
  shuffled: { logistic: 32, mlp: 68, cnn: 56 },
} as const satisfies Readonly<Record<string, Readonly<Record<Architecture, number>>>>;
/** Points that a repetition may be away: the published figures are rounded, and their number of seeds is not given. */
export const BAND = 3;

/** Those a run trains. */
export const architecturesOf = (c: { readonly architecture: Architecture | 'all' }): readonly Architecture[] =>
  c.architecture === 'all' ? ARCHITECTURES : [c.architecture];
/** From the worst to the best that was published. */
export const ranked = (positions: keyof typeof PUBLISHED): readonly Architecture[] =>
  ARCHITECTURES.toSorted((a, b) => PUBLISHED[positions][a] - PUBLISHED[positions][b]);
