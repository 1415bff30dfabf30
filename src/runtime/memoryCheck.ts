/** Bytes needed against bytes allowed, before anything is allocated. */
import { MemoryError } from '../core/errors';
import { slotBytes, type Plan, type Slot } from '../plan/plan';

export interface MemoryLimits { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number; /** Bytes of all buffers together. */ readonly budget: number }
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toPrecision(4)} MiB`;

/** Throws MemoryError with the largest number of replicas that fits. `total`: bytes of all buffers to be allocated. */
export const checkMemory = (plans: readonly Plan[], total: number, limits: MemoryLimits): void => {
  const perBuffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  for (const p of plans) {
    const worst = p.slots.reduce<Slot | undefined>((w, s) => (!w || slotBytes(s) > slotBytes(w) ? s : w), undefined);
    if (!worst || slotBytes(worst) <= perBuffer) continue;
    const perReplica = slotBytes(worst) / p.replicas;
    const fits = Math.floor(perBuffer / perReplica);
    const advice = fits >= 1 && p.replicas > 1 ? `at most ${fits} of the ${p.replicas} replicas fit` : `a tensor may have at most ${Math.floor(perBuffer / 4)} elements`;
    throw new MemoryError(slotBytes(worst), perBuffer, `plan '${p.name}': ${worst.variable ?? 'an intermediate value'} needs ${mib(slotBytes(worst))} in one buffer, the adapter allows ${mib(perBuffer)}: ${advice}. Nothing was allocated`);
  }
  if (total <= limits.budget) return;
  const R = Math.max(...plans.map((p) => p.replicas));
  const fits = Math.floor((R * limits.budget) / total);
  throw new MemoryError(total, limits.budget, `the plans need ${mib(total)}, the budget is ${mib(limits.budget)}: ${fits >= 1 && R > 1 ? `about ${fits} of the ${R} replicas fit` : 'use a smaller model or batch'}. Nothing was allocated`);
};
