import type { Config, Inputs, PresetName, Study } from '../lab/study';
import type { RunClient } from '../lab/worker/client';

/** What exports say of a run. `preset` and `config`: those of the page; a run that was made has its own in `client.order`. */
export interface PageFacts {
  readonly study: Study;
  readonly preset: PresetName;
  readonly config: Config;
  readonly build: string;
  readonly inputs: Inputs;
  readonly client: RunClient;
}
