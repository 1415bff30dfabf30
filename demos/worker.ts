/** Runs experiments beside the page, so that neither waits for the other. */
import { hostExperiments } from '../src/lab/worker/host';
import type { Port } from '../src/lab/worker/protocol';
import { openStore } from '../src/lab/store/store';
import { browserFindings } from '../src/lab/store/findings';
import { openGpu } from '../src/runtime/gpu';
import { EXPERIMENTS } from './registry';

// The library of DOM types knows `self` only as a window.
hostExperiments(self as unknown as Port, EXPERIMENTS, { openExecutor: () => openGpu({ tune: { store: browserFindings() } }), openStore });
