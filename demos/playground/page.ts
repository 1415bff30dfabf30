import experiment from './experiment';
import { openPage } from '../page';

openPage(experiment);
