/** Shows the card of every registered experiment on the first page; the experiments themselves stay unloaded. */
import { LabGallery } from '../src/ui/labGallery';
import { EXPERIMENTS } from './registry';

const gallery = document.querySelector('lab-gallery');
if (gallery instanceof LabGallery) gallery.cards = EXPERIMENTS.map((entry) => entry.card);
