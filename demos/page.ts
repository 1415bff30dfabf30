/** Gives the page's <lab-study> its phenomenon, and a worker to run it in. */
import type { Phenomenon } from '../src/lab/study';
import { LabStudy } from '../src/ui/labStudy';

export function openPage(phenomenon: Phenomenon): void {
  const element = document.querySelector('lab-study');
  if (!(element instanceof LabStudy)) throw new Error('the page has no <lab-study>');
  element.build = String(import.meta.env['VITE_BUILD']);
  element.open(phenomenon, new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
}
