/** Types of configs: what does not compile is the test. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineFields, type ConfigOf, type Preset } from './fields';
import { holds } from './schema';

const fields = defineFields({
  steps: { kind: 'number', label: 'Steps', default: 10, min: 1, max: 100, step: 1 },
  widths: { kind: 'list', label: 'Widths', default: [1, 2], min: 1, max: 64, step: 1, when: { model: ['mlp', 'cnn'] } },
  model: { kind: 'choice', label: 'Model', default: 'mlp', options: { linear: 'linear', mlp: 'MLP', cnn: 'CNN' } },
  strict: { kind: 'flag', label: 'Strict', default: false, when: { model: 'mlp' } },
});
type Config = ConfigOf<typeof fields>;

describe('a config', () => {
  it('has the types of its fields', () => {
    expectTypeOf<Config>().toEqualTypeOf<{
      readonly steps: number;
      readonly widths: readonly number[];
      readonly model: 'linear' | 'mlp' | 'cnn';
      readonly strict: boolean;
    }>();
    // @ts-expect-error: there is no field of that name
    expectTypeOf<Config>().toHaveProperty('stepz');
    // @ts-expect-error: 'tree' is no option
    const wrong: Preset<Config> = { config: { model: 'tree' } };
    expect(wrong.config.model).toBe('tree');
  });
  it('refuses conditions on what there is not', () => {
    const number = { kind: 'number', label: 'n', default: 1, min: 0, max: 2, step: 1 } as const;
    const choice = { kind: 'choice', label: 'c', default: 'a', options: { a: 'a', b: 'b' } } as const;
    // @ts-expect-error: 'z' is no option of c
    expect(defineFields({ c: choice, n: { ...number, when: { c: 'z' } } })).toBeDefined();
    // @ts-expect-error: there is no field d
    expect(defineFields({ c: choice, n: { ...number, when: { d: 'a' } } })).toBeDefined();
  });
  it('shows a field where its condition holds', () => {
    const base = { steps: 1, widths: [1], model: 'linear', strict: true };
    expect([holds(fields.widths.when, base), holds(fields.widths.when, { ...base, model: 'cnn' })]).toEqual([false, true]);
    expect([holds(fields.strict.when, base), holds(undefined, base)]).toEqual([false, true]);
    expect(holds({ strict: true, model: 'linear' }, base)).toBe(true);
  });
});
