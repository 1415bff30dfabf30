/** Shows the card of every registered study on the first page; the studies themselves stay unloaded. */
import { LabGallery } from '../src/ui/labGallery';
import { STUDIES } from './registry';

const gallery = document.querySelector('lab-gallery');
if (gallery instanceof LabGallery) gallery.cards = STUDIES.map((entry) => entry.card);
