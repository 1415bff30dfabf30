/** Gives the page's <lab-experiment> its experiment, and a worker to run it in. */
import type { Experiment } from '../src/lab/experiment';
import { LabExperiment } from '../src/ui/labExperiment';

export function openPage(experiment: Experiment): void {
  const element = document.querySelector('lab-experiment');
  if (!(element instanceof LabExperiment)) throw new Error('the page has no <lab-experiment>');
  element.build = String(import.meta.env['VITE_BUILD']);
  element.open(experiment, new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
}
