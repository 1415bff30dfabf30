/** Networks that diverge, told by whoever runs a study: no study watches by itself. */
import type { Divergence } from '../runtime/executor';
import type { EventRow } from './rows';
import type { Run } from './runContext';

/** What the reader is told of a lost replica. */
const divergenceRow = ({ member, error }: Divergence): EventRow => ({
  kind: 'event',
  level: 'warning',
  message: `${member === 'model' ? '' : `${member}: `}${error.message}.`,
});

/** The run, with a warning for each replica that its trainers lose, before the next of its rows. */
export const watched = <C>(run: Run<C>): Run<C> =>
  async function* watchedRun(config, context) {
    const told: EventRow[] = [];
    const { control } = context;
    const heard = {
      get paused() {
        return control.paused;
      },
      whenResumed: () => control.whenResumed(),
      takeSingleStep: () => control.takeSingleStep(),
      takeRest: () => control.takeRest(),
      diverged: (event: Divergence) => {
        control.diverged?.(event);
        told.push(divergenceRow(event));
      },
    };
    for await (const row of run(config, { ...context, control: heard })) {
      yield* told.splice(0);
      yield row;
    }
    yield* told;
  };
