/** Storage buffers that dispatches bind against those that an adapter allows. */
import { LimitError } from '../core/errors';
import type { Plan } from './plan';

/** Throws LimitError, naming the dispatch, where one binds more than `allowed`. */
export const checkBindings = (p: Plan, allowed: number): void => {
  const over = p.dispatches.findIndex((d) => d.args.length > allowed);
  if (over < 0) return;
  const { kernel, args, writes } = p.dispatches[over]!;
  throw new LimitError(
    args.length,
    allowed,
    `plan '${p.name}': dispatch ${over}, '${kernel}' for ${writes.join(', ')}, binds ${args.length} storage buffers, ${allowed} are allowed. Nothing was built; plan it with the adapter's maxBindings`,
  );
};
