/** Gives the page's <lab-bench> a worker that measures. */
import { LabBench } from '../../src/ui/labBench';

const element = document.querySelector('lab-bench');
if (!(element instanceof LabBench)) throw new Error('the page has no <lab-bench>');
element.build = String(import.meta.env['VITE_BUILD'] ?? 'development');
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('error', (e) => element.fail({ name: 'WorkerError', message: e.message || 'the worker script did not load' }));
element.open(worker);
