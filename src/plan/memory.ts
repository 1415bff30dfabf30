/** Lifetimes → slots: a pure function, so that it is tested without a device. */

export interface Lifetime {
  readonly bytes: number;
  /** First and last dispatch that touches it, inclusive. */ readonly first: number;
  readonly last: number;
}
const overlap = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

/**
 * Slot number for each buffer; two buffers share a slot only if no dispatch touches both. Greedy by size: the largest first, into the
 * first slot that is free for its whole life, so that a slot is as large as its first tenant. Whole buffers, never ranges:
 * WebGPU tracks usage per buffer.
 */
export const assignSlots = (buffers: readonly Lifetime[]): readonly number[] => {
  const order = buffers.map((_, i) => i).toSorted((a, b) => buffers[b]!.bytes - buffers[a]!.bytes || a - b);
  const tenants: number[][] = [];
  const slotOf = Array<number>(buffers.length).fill(-1);
  for (const i of order) {
    const free = tenants.findIndex((list) => list.every((j) => !overlap(buffers[i]!, buffers[j]!)));
    const slot = free < 0 ? tenants.push([]) - 1 : free;
    tenants[slot]!.push(i);
    slotOf[i] = slot;
  }
  return slotOf;
};

/** Bytes alive at once at the worst dispatch: no assignment needs less. */
export const peakBytes = (buffers: readonly Lifetime[]): number => {
  const end = Math.max(0, ...buffers.map((b) => b.last));
  let peak = 0;
  for (let t = 0; t <= end; t++)
    peak = Math.max(
      peak,
      buffers.reduce((sum, b) => sum + (b.first <= t && t <= b.last ? b.bytes : 0), 0),
    );
  return peak;
};
