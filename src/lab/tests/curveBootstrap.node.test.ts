/** Apart from the other curves: each of these worlds takes tens of milliseconds. */
import { describe } from 'vitest';
import { expectCharacteristics } from './expectCharacteristics';

describe('curve', () => expectCharacteristics('curve, bootstrap'));
