/** What a case of the benchmark has to work with, and the ways in which cases measure: validate first, then time. */
import type { Spread } from '../../core/spread';
import { spreadOf } from '../../core/spread';
import { timePairs } from '../../runtime/bench/pairs';
import { checkKernelRun, kernelInputs, kernelPlan, type KernelWork } from '../../runtime/bench/kernelPlan';
import type { GpuTimer } from '../../runtime/bench/timer';
import type { Session } from '../../runtime/executor';
import type { GpuExecutor } from '../../runtime/gpu';
import { GpuSession } from '../../runtime/gpuSession';
import type { Ready } from '../../runtime/program';
import { stepwise, type Values } from '../../runtime/stepwise';
import type { Plan } from '../../plan/plan';
import type { BenchRow, SetName } from './report';

export interface Bench {
  readonly gpu: GpuExecutor;
  readonly timer: GpuTimer;
  /** Time to spend on the samples of a case, in milliseconds. */
  readonly budgetMs: number;
  readonly signal: AbortSignal | undefined;
}
/** One row; a case that measures several things of the same work tells them apart by `suffix` in the id and `what` in the label. */
export type Measured = Pick<BenchRow, 'time' | 'per' | 'method' | 'flops' | 'bytes' | 'checked' | 'against'> & {
  readonly note?: string;
  readonly suffix?: string;
  readonly what?: string;
};
export interface BenchCase {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  /** The smallest set it belongs to: `quick` ones are in `full` too. */
  readonly set: SetName;
  /** Operations of one repetition, where they are known beforehand, or ten times the bytes if that is more: what a software adapter leaves out by. */
  readonly work: number;
  /** Throws WrongResult before anything is timed. */
  readonly measure: (bench: Bench) => Promise<readonly Measured[]>;
}

/** What was computed is not what the oracle says. */
export class WrongResult extends Error {
  override readonly name = 'WrongResult';
  constructor(
    readonly checked: string,
    failures: readonly string[],
  ) {
    super(failures.slice(0, 2).join('; '));
  }
}

export const whole = (n: number): string => n.toLocaleString('en-GB');
export const planWork = (p: Plan): { readonly flops: number; readonly bytes: number } => ({
  flops: p.dispatches.reduce((sum, d) => sum + d.flops, 0),
  bytes: p.dispatches.reduce((sum, d) => sum + d.bytes, 0),
});
export const workOf = ({ flops, bytes }: { readonly flops: number; readonly bytes: number }): number => Math.max(flops, 10 * bytes);

/** Throws TypeError for what runs elsewhere. */
export const onGpu = (session: Session): GpuSession => {
  if (!(session instanceof GpuSession)) throw new TypeError('only a session on a GPU can be timed');
  return session;
};
/** The dispatches of a plan as the GPU replays them. */
export const readyOf = (session: Session, plan: string): readonly Ready[] => onGpu(session).ready(plan);

/** One kernel: its results against the oracle's, then its time. */
export const measureKernel = async ({ gpu, timer, ...patience }: Bench, work: KernelWork): Promise<readonly Measured[]> => {
  const planned = kernelPlan(work);
  const inputs = kernelInputs(work);
  using session = await gpu.open({ run: planned }, { asGiven: true });
  for (const [name, data] of Object.entries(inputs)) session.write(name, data);
  const { checked, total, failures } = checkKernelRun(work, inputs, await session.run('run'));
  const said =
    checked === total ? `all ${whole(total)} values` : `${whole(checked)} of ${whole(total)} values, in parts from first to last`;
  if (failures.length > 0) throw new WrongResult(said, failures);
  const { seconds, method } = await timer.time(readyOf(session, 'run'), patience);
  return [{ time: seconds, method, per: 'run', checked: said, ...planWork(planned) }];
};

/** Every dispatch of a plan against its oracle, on the values that the GPU itself had. `say`: of which plan. Throws WrongResult. */
export const checkPlan = async (gpu: GpuExecutor, planned: Plan, values: Values, say = ''): Promise<string> => {
  const { checked, failures } = await stepwise(gpu, planned, values);
  const said = `each of ${planned.dispatches.length} dispatches${say}, ${whole(checked)} values`;
  if (failures.length > 0) throw new WrongResult(said, failures);
  return said;
};

/** A plan of several dispatches: each against its oracle, then the time of all. `values`: of every variable. */
export const measurePlan = async ({ gpu, timer, ...patience }: Bench, portable: Plan, values: Values): Promise<readonly Measured[]> => {
  const planned = gpu.fitted(portable);
  const checked = await checkPlan(gpu, planned, values);
  using session = await gpu.open({ run: planned }, { asGiven: true });
  for (const [name, data] of Object.entries(values)) if (name in planned.variables) session.write(name, data);
  const { seconds, method } = await timer.time(readyOf(session, 'run'), patience);
  return [{ time: seconds, method, per: 'run', checked, ...planWork(planned), note: `${planned.dispatches.length} dispatches` }];
};

/** Runs that last at least this long are timed by the host's clock, in milliseconds; and so many of its steps. */
const [SHORTEST, CLOCK_STEPS] = [20, 50];
/** Repetitions in one timed run. */
const MOST = 3000;
/** Seconds of one repetition by the host's clock. `run`: that many repetitions, to their end. */
export const timeByClock = async ({ timer, ...patience }: Bench, run: (count: number) => Promise<void>, most = MOST): Promise<Spread> => {
  const timed = async (count: number): Promise<number> => {
    const began = performance.now();
    await run(count);
    return performance.now() - began;
  };
  return spreadOf(await timePairs(timed, Math.max(SHORTEST, CLOCK_STEPS * timer.clock.pageMs), most, patience));
};
