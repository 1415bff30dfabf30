/** Gives the page's <lab-runs> the studies whose runs it can draw. */
import { LabRuns } from '../../src/ui/labRuns';
import { PHENOMENA } from '../registry';

const element = document.querySelector('lab-runs');
if (!(element instanceof LabRuns)) throw new Error('the page has no <lab-runs>');
element.entries = PHENOMENA;
