/** <lab-preview> as a reader uses it, in Chromium. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config, InputPreview, PreviewColumn, Schema } from '../lab/study';
import type { SettingsEvent } from './labControls';
import { LabPreview, withRole } from './labPreview';

const list = { kind: 'list', label: 'l', default: [0], min: 0, max: 99, step: 1 } as const;
const SCHEMA: Schema = {
  kept: list,
  categories: list,
  leftOut: list,
  target: { kind: 'number', label: 't', default: 0, min: 0, max: 99, step: 1 },
};
const CONFIG: Config = { target: 0, kept: [0], categories: [0], leftOut: [0] };
const column = (number: number, role: PreviewColumn['role'], more: Partial<PreviewColumn> = {}): PreviewColumn => ({
  number,
  name: `c${number}`,
  role,
  type: 'number',
  missing: 0,
  policy: 'mean',
  note: '',
  ...more,
});
const PREVIEW: InputPreview = {
  understood: 'Two columns.',
  refusals: [],
  columns: [column(1, 'ignore', { note: 'an id' }), column(2, 'feature', { missing: 3 }), column(3, 'target')],
  rows: [['7', '1.5', 'a']],
};

describe('the role of a column', () => {
  it('is kept in the lists of the settings, in one of them only', () => {
    const kept = withRole(CONFIG, 1, 'feature');
    expect(kept).toEqual({ ...CONFIG, kept: [1] });
    expect(withRole(kept, 1, 'ignore')).toEqual({ ...CONFIG, leftOut: [1] });
    expect(withRole(withRole(kept, 4, 'category'), 2, 'category')).toEqual({ ...CONFIG, kept: [1], categories: [2, 4] });
    expect(withRole(kept, 2, 'target')).toEqual({ ...kept, target: 2 });
  });
});

describe('<lab-preview>', () => {
  let preview: LabPreview;
  const open = async (more: Partial<LabPreview>): Promise<void> => {
    preview = Object.assign(new LabPreview(), { schema: SCHEMA, config: CONFIG }, more);
    document.body.append(preview);
    await preview.updateComplete;
  };
  const words = (): string => preview.renderRoot.textContent!.replaceAll(/\s+/g, ' ');
  afterEach(() => preview.remove());

  it('says what every column is for, what is missing, and the first values', async () => {
    await open({ inspected: { preview: PREVIEW, error: undefined } });
    expect(words()).toMatch(/Two columns\..*c1.*an id.*7.*c2.*3 missing \(mean\).*1\.5.*c3/);
  });
  it('changes the settings by the role that is chosen', async () => {
    await open({ inspected: { preview: PREVIEW, error: undefined } });
    const changed: Config[] = [];
    preview.addEventListener('settings', (e) => changed.push((e as SettingsEvent).config));
    const select = preview.renderRoot.querySelector('select')!;
    select.value = 'feature';
    select.dispatchEvent(new Event('change'));
    expect(changed).toEqual([{ ...CONFIG, kept: [1] }]);
  });
  it('says why a file cannot be used, and that it is being read', async () => {
    await open({ inspected: undefined });
    expect(words()).toContain('Reading the file');
    preview.inspected = { preview: { ...PREVIEW, refusals: ['row 3 has no target'] }, error: undefined };
    await preview.updateComplete;
    expect(words()).toContain('This cannot be used yet. row 3 has no target');
    preview.inspected = { preview: undefined, error: { name: 'FormatError', message: 'csv: one column only' } };
    await preview.updateComplete;
    expect(words()).toContain('This cannot be used yet. csv: one column only');
  });
});
