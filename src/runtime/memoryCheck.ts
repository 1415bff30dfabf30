/** Bytes needed against bytes allowed, before anything is allocated. */
import { MemoryError } from '../core/errors';
import { slotBytes, type Plan, type Slot } from '../plan/plan';

export interface MemoryLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  /** Bytes of all buffers together. */ readonly budget: number;
}
const mib = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toPrecision(4)} MiB`;

/** A buffer to be made. `replicated`: its size grows with the number of replicas. */
export interface BufferNeed {
  readonly bytes: number;
  readonly replicated: boolean;
}

export const isReplicated = (p: Plan, s: Slot): boolean =>
  s.replicas > 1 || p.dispatches.some((d) => d.args.some((a) => a.slot === s.id && a.stride > 0));

/** The largest number of replicas of R with which everything fits; 0 if none. */
const largest = (R: number, buffers: readonly BufferNeed[], perBuffer: number, budget: number): number => {
  const sum = (list: readonly BufferNeed[]): number => list.reduce((total, b) => total + b.bytes, 0);
  const [shared, own] = [buffers.filter((b) => !b.replicated), buffers.filter((b) => b.replicated)];
  if (own.length === 0 || shared.some((b) => b.bytes > perBuffer)) return 0;
  const each = Math.max(...own.map((b) => b.bytes)) / R;
  return Math.max(0, Math.floor(Math.min(perBuffer / each, ((budget - sum(shared)) * R) / sum(own))));
};

/** Throws MemoryError with the largest number of replicas that fits. `buffers`: all that are to be allocated. */
export const checkMemory = (plans: readonly Plan[], buffers: readonly BufferNeed[], limits: MemoryLimits): void => {
  const perBuffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const R = Math.max(1, ...plans.map((p) => p.replicas));
  const fits = largest(R, buffers, perBuffer, limits.budget);
  const advice = (otherwise: string): string => (fits >= 1 && R > 1 ? `at most ${fits} of the ${R} replicas fit` : otherwise);
  for (const p of plans) {
    const worst = p.slots.reduce<Slot | undefined>((w, s) => (!w || slotBytes(s) > slotBytes(w) ? s : w), undefined);
    if (!worst || slotBytes(worst) <= perBuffer) continue;
    const otherwise = `a tensor may have at most ${Math.floor(perBuffer / 4)} elements${isReplicated(p, worst) ? '' : ', however few the replicas'}`;
    throw new MemoryError(
      slotBytes(worst),
      perBuffer,
      `plan '${p.name}': ${worst.variable ?? 'an intermediate value'} needs ${mib(slotBytes(worst))} in one buffer, the adapter allows ${mib(perBuffer)}: ${advice(otherwise)}. Nothing was allocated`,
    );
  }
  const total = buffers.reduce((sum, b) => sum + b.bytes, 0);
  if (total > limits.budget)
    throw new MemoryError(
      total,
      limits.budget,
      `the plans need ${mib(total)}, the budget is ${mib(limits.budget)}: ${advice('use a smaller model or batch')}. Nothing was allocated`,
    );
};
