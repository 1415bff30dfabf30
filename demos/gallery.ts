/** Shows the card of every registered phenomenon on the first page; the phenomena themselves stay unloaded. */
import { LabGallery } from '../src/ui/labGallery';
import { PHENOMENA } from './registry';

const gallery = document.querySelector('lab-gallery');
if (gallery instanceof LabGallery) gallery.cards = PHENOMENA.map((entry) => entry.card);
