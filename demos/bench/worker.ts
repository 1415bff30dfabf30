/** Measures beside the page. */
import { hostBench } from '../../src/lab/worker/benchHost';
import type { Port } from '../../src/lab/worker/protocol';
import { runBench } from '../../src/measure/bench/run';
import { openGpu } from '../../src/runtime/gpu';

// The library of DOM types knows `self` only as a window.
hostBench(self as unknown as Port, { open: () => openGpu(), run: runBench });
