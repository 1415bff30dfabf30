/** Where values lie while a plan is made: buffers that are not yet slots, and places in them. */
import type { DType } from '../../shaders/kernel';

export interface Buffer {
  readonly id: number;
  readonly size: number;
  readonly dtype: DType;
  readonly replicated: boolean;
  readonly variable?: string;
  /** Parts of it rely on the zeros a new buffer holds, so it shares its slot with nothing. */
  readonly exclusive: boolean;
}
/** `offset` in elements. */
export interface Place {
  readonly buffer: Buffer;
  readonly offset: number;
}
export const keyOf = (p: Place): string => `${p.buffer.id}@${p.offset}`;
