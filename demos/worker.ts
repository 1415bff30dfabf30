/** Runs studies beside the page, so that neither waits for the other. */
import { hostStudies } from '../src/lab/worker/host';
import type { Port } from '../src/lab/worker/protocol';
import { openStore } from '../src/lab/store/store';
import { browserFindings } from '../src/lab/store/findings';
import { openGpu } from '../src/runtime/gpu';
import { PHENOMENA } from './registry';

// The library of DOM types knows `self` only as a window.
hostStudies(self as unknown as Port, PHENOMENA, { openExecutor: () => openGpu({ tune: { store: browserFindings() } }), openStore });
