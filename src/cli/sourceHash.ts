/** Which code a stored run was measured by: to know those that must be measured again. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT } from './root';

/** Files of a study that decide what it measures and how it is judged: all but its words, and tests. */
const measures = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'study.ts';

/**
 * Hash of the code of a study and of all that it imports, as it is built: comments, formatting and the explanation do not count. `path`: of
 * the study. Throws Error where it does not build.
 */
export const sourceHash = async (path: string, root = ROOT): Promise<string> => {
  const folder = join(root, 'demos', path);
  const own = (await readdir(folder)).filter(measures).toSorted();
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: [...own.map((file) => join(folder, file)), join(root, 'src/runtime/gpu.ts')],
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  const outputs = [result].flat().flatMap((r) => ('output' in r ? r.output : []));
  const code = outputs.flatMap((o) => (o.type === 'chunk' ? [`${o.fileName}\n${o.code}`] : [])).toSorted();
  return createHash('sha256').update(code.join('\n')).digest('hex').slice(0, 16);
};
