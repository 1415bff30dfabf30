/** Gives the page's <lab-device> a worker that knows the adapter. */
import { LabDevice } from '../../src/ui/labDevice';

const element = document.querySelector('lab-device');
if (!(element instanceof LabDevice)) throw new Error('the page has no <lab-device>');
element.build = String(import.meta.env['VITE_BUILD'] ?? 'development');
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.addEventListener('error', (e) => element.fail({ name: 'WorkerError', message: e.message || 'the worker script did not load' }));
element.open(worker);
