/** What a reader's files are taken for, before a run. */
import { decompressed } from '../../../src/data/arrayFiles';
import { describeTable } from '../../../src/data/describe';
import { fileKind } from '../../../src/data/fileKind';
import type { InputPreview, Inputs } from '../../../src/lab/study';
import { prepare } from './data';
import type { Config } from './fields';
import { tableOptions } from './tableOptions';
import { readWeights, scaleIn } from './weights';

/** Throws FormatError and ConfigError, saying what to do, as a run of these files and settings would. */
export const inspect = async (inputs: Inputs, c: Config): Promise<InputPreview> => {
  const { data, weights } = inputs;
  const described = data && !inputs['labels'] ? describedTable(data, c) : undefined;
  if (described && described.refusals.length > 0) return described;
  const stored = weights && readWeights(weights);
  const { understood } = prepare(c, inputs, stored && scaleIn(stored));
  return { understood, refusals: [], columns: described?.columns ?? [], rows: described?.rows ?? [] };
};

/** Undefined for a file that is no text. */
const describedTable = (file: Inputs[string], c: Config): InputPreview | undefined => {
  const table = decompressed(file);
  if (fileKind(table) !== 'text') return undefined;
  const { understood, refusals, columns, preview } = describeTable(table, tableOptions(c));
  return { understood, refusals, columns, rows: preview };
};
