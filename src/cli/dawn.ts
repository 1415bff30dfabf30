/** Setup of the tests that run over Dawn in Node. */
import { installDawn } from './installDawn';

await installDawn();
