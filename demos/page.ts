/** Gives the page's <lab-study> its study, and a worker to run it in. */
import type { Study } from '../src/lab/study';
import { LabStudy } from '../src/ui/labStudy';

export function openPage(study: Study): void {
  const element = document.querySelector('lab-study');
  if (!(element instanceof LabStudy)) throw new Error('the page has no <lab-study>');
  element.build = String(import.meta.env['VITE_BUILD']);
  element.open(study, new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
}
