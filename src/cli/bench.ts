/**
 * `npm run bench [-- options]`: builds the lab and measures on its bench page in a headless browser, or builds a bundle and measures over Dawn in Node.
 * Progress goes to stderr, the table, as Markdown, to stdout.
 */
import { runCommand } from './command';
import { BENCH_HELP, parseBench, type BenchCommand } from './benchArgs';
import { finish, readEarlier } from './benchOutput';
import { driveBench } from './benchPage';
import { ensureDawn, launchInterruptible } from './browser';
import { buildNodeBench } from './bundleNode';
import { onInterrupt } from './interrupt';
import { ProgressMeter, type Terminal } from './labProgress';
import { EXIT } from './labReport';
import { openSite } from './site';

/** Timestamps as the GPU has them, not in coarse steps. Kernels are the same. */
const FLAGS = ['--enable-webgpu-developer-features'] as const;

const inBrowser = async (command: BenchCommand, stdout: Terminal, stderr: Terminal): Promise<number> => {
  const earlier = await readEarlier(command);
  const meter = new ProgressMeter(stderr);
  const interrupt = onInterrupt((text) => meter.note(text));
  meter.note('building the lab');
  const site = await openSite();
  try {
    const browser = await launchInterruptible(FLAGS);
    try {
      const { report, failure } = await driveBench(
        await browser.newPage(),
        `${site.url}bench/`,
        command.options,
        interrupt.signal,
        ({ at, of, label }, rows) => meter.update({ kind: 'progress', done: at, total: of, phase: label, steps: 0 }, rows),
      );
      meter.end();
      const code = report
        ? await finish({ ...report, host: `${report.host}, with ${FLAGS.join(' ')}` }, command, earlier, stdout)
        : EXIT.failed;
      if (failure) stderr.write(`${failure.name}: ${failure.message}\n`);
      return interrupt.signal.aborted ? EXIT.interrupted : failure ? EXIT.failed : code;
    } finally {
      await browser.close();
    }
  } finally {
    await site.close();
    interrupt.dispose();
  }
};

/** The exit status: see BENCH_HELP. Throws ConfigError for wrong usage. */
export const main = async (
  args: readonly string[],
  stdout: Terminal = process.stdout,
  stderr: Terminal = process.stderr,
): Promise<number> => {
  const command = parseBench(args);
  if (!command) {
    stdout.write(`${BENCH_HELP}\n`);
    return EXIT.agrees;
  }
  if (command.host === 'browser') return inBrowser(command, stdout, stderr);
  await ensureDawn();
  stderr.write('building the bundle\n');
  return runCommand(process.execPath, [await buildNodeBench(), ...args]);
};
