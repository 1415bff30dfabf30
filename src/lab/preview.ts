/** What a reader's files are taken for, before anything is trained on them. */

export interface PreviewColumn {
  /** Counted from 1. */
  readonly number: number;
  readonly name: string;
  readonly role: 'target' | 'feature' | 'ignore';
  /** In words: 'number', 'category', 'date'. */
  readonly type: string;
  /** Cells without a value. */
  readonly missing: number;
  /** What is done about them. */
  readonly policy: string;
  readonly note: string;
}
export interface InputPreview {
  /** In sentences. */
  readonly understood: string;
  /** Why they cannot be used as they are, with row and column; empty where they can. */
  readonly refusals: readonly string[];
  /** Of a table of text; empty for arrays. */
  readonly columns: readonly PreviewColumn[];
  /** The first rows of a table. */
  readonly rows: readonly (readonly string[])[];
}
