/**
 * `npm run bundle:node`: the benchmark as an archive that runs on an offline machine of this platform with a GPU: one script, Dawn's binary and Node's.
 * Only a Vulkan loader (libvulkan.so.1) and the GPU's driver must be there.
 */
import { chmod, copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { ConfigError } from '../core/errors';
import { runCommand } from './command';
import { commit } from './commit';
import type { Terminal } from './labProgress';
import { ROOT } from './root';

const OUT = join(ROOT, 'out');
const FOLDER = 'overparam-bench';
/** As the package names the folders of its binaries. */
const PLATFORM = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
const MOST_BYTES = 60 * 2 ** 20;

const RUN = `#!/bin/sh
# Measures on this machine's GPU; takes the options of the benchmark: --help lists them.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/node" "$here/bench.mjs" "$@"
`;

/** Builds out/overparam-bench: the script, and Dawn's binary where the script's own code looks for it. Returns the script's path. */
export const buildNodeBench = async (): Promise<string> => {
  const folder = join(OUT, FOLDER);
  await rm(folder, { recursive: true, force: true });
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    define: { 'import.meta.env.VITE_BUILD': JSON.stringify(commit(ROOT)) },
    ssr: { noExternal: true },
    build: {
      ssr: join(ROOT, 'src/cli/benchNode.ts'),
      outDir: folder,
      target: 'es2023',
      copyPublicDir: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'bench.mjs', codeSplitting: false } },
    },
  });
  const [from, to] = [join(ROOT, 'node_modules/webgpu'), join(folder, 'dist', PLATFORM)];
  await mkdir(to, { recursive: true });
  await copyFile(join(from, 'dist', PLATFORM, 'dawn.node'), join(to, 'dawn.node'));
  await copyFile(join(from, 'LICENSE.md'), join(to, 'LICENSE.md'));
  return join(folder, 'bench.mjs');
};

/** Throws ConfigError where the archive cannot be made or would be too large to carry. */
export const main = async (args: readonly string[], stdout: Terminal = process.stdout): Promise<number> => {
  if (args.length > 0) throw new ConfigError('bundle:node takes no options');
  await buildNodeBench();
  const folder = join(OUT, FOLDER);
  await copyFile(process.execPath, join(folder, 'node'));
  await chmod(join(folder, 'node'), 0o755);
  await writeFile(join(folder, 'run.sh'), RUN, { mode: 0o755 });
  const archive = join(OUT, `${FOLDER}-${PLATFORM}.tar.gz`);
  const status = await runCommand('tar', ['-czf', archive, '-C', OUT, FOLDER]);
  if (status !== 0) throw new ConfigError(`tar failed with status ${status}`);
  const { size } = await stat(archive);
  if (size > MOST_BYTES) throw new ConfigError(`${archive} has ${size} bytes; ${MOST_BYTES} are allowed`);
  stdout.write(`${archive}: ${(size / 2 ** 20).toFixed(1)} MiB, for ${PLATFORM}

On the machine with the GPU, which needs only a Vulkan loader (libvulkan.so.1) and the GPU's driver:

    tar -xzf ${FOLDER}-${PLATFORM}.tar.gz
    ${FOLDER}/run.sh --set full --json bench.json

If no adapter is found, name the driver's manifest: VK_DRIVER_FILES=/path/to/nvidia_icd.json
`);
  return 0;
};
