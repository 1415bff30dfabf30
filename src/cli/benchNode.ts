/** The benchmark over Dawn in Node: the entry of a bundle that needs nothing but a Vulkan loader and driver, and Dawn's binary beside it. */
import { DeviceLostError } from '../core/errors';
import { BenchRecord } from '../measure/bench/record';
import { runBench } from '../measure/bench/run';
import { openGpu } from '../runtime/gpu';
import { BENCH_HELP, parseBench, type BenchCommand } from './benchArgs';
import { finish, readEarlier } from './benchOutput';
import { installDawn } from './installDawn';
import { onInterrupt } from './interrupt';
import { ProgressMeter } from './labProgress';
import { EXIT } from './labReport';

/** Timestamps as the GPU has them, not in coarse steps. Kernels are the same. */
const CLOCK_FLAG = 'disable-dawn-features=timestamp_quantization';
const FREE_FLAG = 'enable-dawn-features=disable_robustness';

const measure = async (command: BenchCommand): Promise<number> => {
  const earlier = await readEarlier(command);
  const flags = [CLOCK_FLAG, ...(command.robust ? [] : [FREE_FLAG])];
  await installDawn(flags);
  const meter = new ProgressMeter(process.stderr);
  const interrupt = onInterrupt((text) => meter.note(text));
  const record = new BenchRecord(command.options, {
    build: String(import.meta.env['VITE_BUILD'] ?? 'development'),
    date: new Date().toISOString(),
    host: `Node ${process.versions.node}, ${process.platform} ${process.arch}, Dawn with ${flags.join(' ')}`,
  });
  const started = performance.now();
  let failure: unknown;
  try {
    using gpu = await openGpu();
    meter.note(`adapter: ${gpu.name}${gpu.software ? ' (software)' : ''}`);
    for await (const event of runBench(gpu, command.options, interrupt.signal)) {
      record.take(event);
      if (event.type === 'case')
        meter.update(
          { kind: 'progress', done: event.index, total: record.cases?.length ?? 0, phase: record.cases?.[event.index] ?? '', steps: 0 },
          record.report.rows.length,
        );
    }
  } catch (error) {
    failure = error;
  }
  meter.end();
  record.end(failure === undefined, (performance.now() - started) / 1000);
  const code = await finish(record.report, command, earlier, process.stdout);
  if (interrupt.signal.aborted) return EXIT.interrupted;
  if (failure !== undefined)
    process.stderr.write(
      `${failure instanceof DeviceLostError || !(failure instanceof Error) ? String(failure) : (failure.stack ?? failure.message)}\n`,
    );
  return failure === undefined ? code : EXIT.failed;
};

const main = async (args: readonly string[]): Promise<number> => {
  try {
    const command = parseBench(args.includes('--host') ? args : [...args, '--host', 'node']);
    if (command) return await measure(command);
    process.stdout.write(`${BENCH_HELP}\n`);
    return EXIT.agrees;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    process.stderr.write(`bench: ${error.message}\n`);
    return EXIT.usage;
  }
};

// Dawn's threads would keep the process alive.
process.exit(await main(process.argv.slice(2)));
