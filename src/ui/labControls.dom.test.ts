/** <lab-controls> as a reader uses it. In Chromium; over Dawn there is no document. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config, Schema } from '../lab/study';
import type { LabControls, LiveEvent, SettingsEvent } from './labControls';

const SCHEMA = {
  points: { kind: 'number', label: 'Points', default: 6, min: 1, max: 1000, step: 1 },
  rate: { kind: 'number', label: 'Rate', default: 0.1, min: 0.001, max: 1, step: 0.001, log: true, apply: 'live', unit: '1/s' },
  kind: { kind: 'choice', label: 'Kind', default: 'plain', options: { plain: 'Plain', fancy: 'Fancy' } },
  widths: { kind: 'list', label: 'Widths', default: [1, 2], min: 1, max: 64, step: 1, advanced: true },
} as const satisfies Schema;
const CONFIG: Config = { points: 6, rate: 0.1, kind: 'plain', widths: [1, 2] };

describe('<lab-controls>', () => {
  let controls: LabControls;
  let settings: Config[];
  let live: Config[];
  const open = async (properties: Partial<Pick<LabControls, 'config' | 'preset' | 'active' | 'schema'>> = {}): Promise<void> => {
    await import('./labControls');
    controls = document.body.appendChild(document.createElement('lab-controls') as LabControls);
    Object.assign(controls, { schema: SCHEMA, config: CONFIG, preset: CONFIG, ...properties });
    [settings, live] = [[], []];
    controls.addEventListener('settings', (e) => settings.push((e as SettingsEvent).config));
    controls.addEventListener('live', (e) => live.push((e as LiveEvent).changes));
    await controls.updateComplete;
  };
  const find = <T extends HTMLElement>(selector: string): T | null => controls.renderRoot.querySelector<T>(selector);
  const enter = async (key: string, text: string): Promise<void> => {
    const input = find<HTMLInputElement>(`#${key}`)!;
    input.value = text;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await controls.updateComplete;
  };
  const undo = (label: string): HTMLButtonElement | null => find(`button[aria-label^="Back to the preset: ${label}"]`);
  afterEach(() => controls.remove());

  it('shows what is allowed, and gives it to whoever listens to the field', async () => {
    await open();
    for (const [key, text] of [
      ['points', '1–1000'],
      ['rate', '0.001–1'],
      ['widths', '1–64 each'],
    ] as const) {
      const notes = find(`#${key}`)!
        .getAttribute('aria-describedby')!
        .split(' ')
        .map((id) => find(`#${id}`)!.textContent)
        .join(' ');
      expect(notes).toContain(text);
    }
    expect(find('#kind')!.getAttribute('aria-describedby')).toBe('');
  });

  it('fires the live setting, and only that, during a run', async () => {
    await open({ active: true });
    await enter('rate', '0.5');
    await enter('points', '7');
    expect(live).toEqual([{ rate: 0.5 }]);
    expect(settings.at(-1)).toEqual({ ...CONFIG, rate: 0.5, points: 7 });
  });

  it('fires nothing live where no run is under way, nor for what is not allowed', async () => {
    await open();
    await enter('rate', '0.5');
    controls.active = true;
    await enter('rate', '7');
    expect([live, settings]).toEqual([[], [{ ...CONFIG, rate: 0.5 }]]);
    expect(find('#rate-problem')!.textContent).toContain('0.001 to 1');
  });

  it('marks what changes at once, in words as well', async () => {
    await open();
    expect(find('label[for=rate]')!.textContent).toContain('changes at once');
    expect(find('label[for=points]')!.textContent).not.toContain('changes at once');
    expect(find('.legend')!.textContent).toContain('with the next run');
    controls.schema = { points: SCHEMA.points };
    await controls.updateComplete;
    expect(find('.legend')).toBeNull();
  });

  it('offers the way back only where a setting differs, and keeps the focus', async () => {
    await open();
    expect(find('.undo')).toBeNull();
    await enter('widths', '5,6');
    await enter('kind', 'fancy');
    expect(undo('Points')).toBeNull();
    expect(undo('Kind')!.title).toBe('Back to the preset: Kind Plain');
    undo('Widths')!.click();
    await controls.updateComplete;
    expect(settings.at(-1)).toEqual({ ...CONFIG, kind: 'fancy' });
    expect(undo('Widths')).toBeNull();
    undo('Kind')!.click();
    expect(controls.shadowRoot!.activeElement).toBe(find('#kind'));
  });

  it('takes back what was not allowed', async () => {
    await open();
    await enter('points', '5000');
    expect(Object.keys(controls.problems)).toEqual(['points']);
    undo('Points')!.click();
    await controls.updateComplete;
    expect(controls.problems).toEqual({});
    expect(find<HTMLInputElement>('#points')!.value).toBe('6');
  });

  it('offers no way back without a preset', async () => {
    await open({ preset: undefined, config: { ...CONFIG, points: 9 } });
    expect(find('.undo')).toBeNull();
  });
});
