/** Shows every registered experiment on the first page. */
import { LabGallery } from '../src/ui/labGallery';
import { EXPERIMENTS } from './registry';

const gallery = document.querySelector('lab-gallery');
if (gallery instanceof LabGallery) gallery.experiments = EXPERIMENTS;
