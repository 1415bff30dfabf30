import { expect, it } from 'vitest';
import { fnv1a } from './hash';

it('has the published values', () => expect(['', 'a', 'foobar'].map(fnv1a)).toEqual(['811c9dc5', 'e40c292c', 'bf9cf968']));
