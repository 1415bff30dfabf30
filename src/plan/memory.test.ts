/** Lifetimes → slots. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assignSlots, peakBytes, type Lifetime } from './memory';

const lifetime: fc.Arbitrary<Lifetime> = fc
  .tuple(fc.integer({ min: 4, max: 1000 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }))
  .map(([bytes, first, length]) => ({ bytes, first, last: first + length }));
const lifetimes = fc.array(lifetime, { maxLength: 40 });

it('never gives one slot to two values that a dispatch touches both, and needs at least what is alive at once', () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      const slots = assignSlots(list);
      const sizes = new Map<number, number>();
      list.forEach((a, i) => {
        sizes.set(slots[i]!, Math.max(sizes.get(slots[i]!) ?? 0, a.bytes));
        list.forEach((b, j) => {
          if (i < j && slots[i] === slots[j]) expect(a.last < b.first || b.last < a.first).toBe(true);
        });
      });
      // Numbered from 0 without gaps.
      expect([...sizes.keys()].toSorted((a, b) => a - b)).toEqual([...sizes.keys()].map((_, i) => i));
      const total = [...sizes.values()].reduce((a, b) => a + b, 0);
      expect(total).toBeGreaterThanOrEqual(peakBytes(list));
      expect(total).toBeLessThanOrEqual(list.reduce((sum, l) => sum + l.bytes, 0));
    }),
  );
});

it('reuses a slot as soon as its tenant is done, the largest first', () => {
  const chain = [
    { bytes: 8, first: 0, last: 1 },
    { bytes: 16, first: 1, last: 2 },
    { bytes: 4, first: 2, last: 3 },
  ];
  expect(assignSlots(chain)).toEqual([1, 0, 1]);
  expect(peakBytes(chain)).toBe(24);
  expect([assignSlots([]), peakBytes([])]).toEqual([[], 0]);
});
