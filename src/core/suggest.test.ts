import { expect, it } from 'vitest';
import { didYouMean } from './suggest';

it.each([
  ['stpes', ['seeds', 'steps', 'noise'], "; did you mean 'steps'?"],
  ['learning', ['lr', 'steps'], ''],
  ['x', ['y'], "; did you mean 'y'?"],
  ['anything', [], ''],
])('%s among %o: %j', (name, known, said) => expect(didYouMean(name, known)).toBe(said));
