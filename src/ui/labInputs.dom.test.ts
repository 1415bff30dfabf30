/** <lab-inputs> as a reader uses it, in Chromium (over Dawn there is no document), and where a file goes by its name. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Inputs, InputSpec } from '../lab/study';
import { formatBytes, inputFor, isAccepted } from './inputFiles';
import type { InputsEvent, LabInputs } from './labInputs';

const SPECS: Readonly<Record<string, InputSpec>> = {
  data: { label: 'Data', help: 'A table', accept: '.csv,.npy,-ubyte' },
  labels: { label: 'Labels', help: 'For arrays', accept: '.npy, .IDX' },
  weights: { label: 'Weights', help: 'To start from', accept: '.safetensors', when: { warm: true } },
};

describe('where a file goes', () => {
  it.each([
    ['a.csv', true],
    ['A.CSV', true],
    ['a.csv.gz', false],
    ['train-images-idx3-ubyte', true],
    ['csv', false],
  ])('%s: %s', (name, accepted) => {
    expect(isAccepted(SPECS['data']!.accept, name)).toBe(accepted);
  });
  it.each<[string, readonly string[], readonly string[], string | undefined]>([
    ['a.npy', [], [], 'data'],
    ['a.npy', ['data'], [], 'labels'],
    ['a.npy', ['data', 'labels'], [], 'data'],
    ['a.npy', ['data', 'labels'], ['data'], 'labels'],
    ['a.npy', ['data', 'labels'], ['data', 'labels'], undefined],
    ['a.csv', ['data'], [], 'data'],
    ['a.txt', [], [], undefined],
  ])('%s with %j filled and %j barred: %s', (name, filled, barred, key) => {
    expect(inputFor(Object.entries(SPECS), name, new Set(filled), new Set(barred))).toBe(key);
  });
  it.each([
    [1, '1 byte'],
    [999, '999 bytes'],
    [12_345, '12.3 kB'],
    [45_600_000, '45.6 MB'],
  ])('%d bytes: %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

const transfer = (...names: readonly string[]): DataTransfer => {
  const held = new DataTransfer();
  for (const name of names) held.items.add(new File(['1,2\n3,4'], name));
  return held;
};

describe('<lab-inputs>', () => {
  let inputs: LabInputs;
  let fired: Inputs[];
  const open = async (properties: Partial<Pick<LabInputs, 'specs' | 'config' | 'files'>> = {}): Promise<void> => {
    await import('./labInputs');
    inputs = document.body.appendChild(document.createElement('lab-inputs') as LabInputs);
    Object.assign(inputs, { specs: SPECS, config: { warm: true }, ...properties });
    fired = [];
    inputs.addEventListener('inputs', (e) => fired.push((e as InputsEvent).inputs));
    await inputs.updateComplete;
  };
  const find = <T extends HTMLElement>(selector: string): T | null => inputs.renderRoot.querySelector<T>(selector);
  const text = (): string => inputs.renderRoot.textContent ?? '';
  /** Files are read in tasks of the browser's own. */
  const settled = async (count: number): Promise<void> => {
    await expect.poll(() => fired.length).toBe(count);
    await inputs.updateComplete;
  };
  const choose = (key: string, name: string): void => {
    const input = find<HTMLInputElement>(`#${key}`)!;
    input.files = transfer(name).files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const drop = (...names: readonly string[]): void => {
    inputs.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer(...names), bubbles: true, cancelable: true }));
  };
  afterEach(() => inputs.remove());

  it('names and describes every input that applies, and says that files stay', async () => {
    await open();
    expect([...inputs.renderRoot.querySelectorAll('label')].map((l) => l.textContent)).toEqual(['Data', 'Labels', 'Weights']);
    expect(find(`#${find('#labels')!.getAttribute('aria-describedby')!}`)!.textContent).toBe('For arrays');
    expect(text()).toContain('stay in this browser');
    expect([find('#labels')!.getAttribute('accept'), find('#data')!.getAttribute('accept')]).toEqual(['.npy, .IDX', null]);
    inputs.config = { warm: false };
    await inputs.updateComplete;
    expect(find('#weights')).toBeNull();
  });
  it('fires what was chosen, shows its name and size, and removes it again', async () => {
    await open();
    choose('data', 'a.csv');
    await settled(1);
    expect(fired[0]!['data']).toEqual({ name: 'a.csv', data: new TextEncoder().encode('1,2\n3,4') });
    expect(find('.name')!.textContent).toBe('Chosen: a.csv, 7 bytes');
    expect(find('[role=status]')!.textContent).toBe('a.csv: chosen');
    find<HTMLButtonElement>('button[aria-label="Remove a.csv"]')!.click();
    await settled(2);
    expect(fired[1]).toEqual({});
    expect([find('.name'), inputs.shadowRoot!.activeElement?.id]).toEqual([null, 'data']);
  });
  it('keeps both of two that are chosen at once, and the later of two for one input', async () => {
    await open();
    choose('data', 'a.csv');
    choose('labels', 'y.npy');
    choose('data', 'b.csv');
    await expect
      .poll(() =>
        Object.values(inputs.files)
          .map((f) => f.name)
          .toSorted(),
      )
      .toEqual(['b.csv', 'y.npy']);
  });
  it('refuses another ending, says which there are, and keeps what was chosen', async () => {
    await open({ files: { labels: { name: 'y.npy', data: new Uint8Array(3) } } });
    choose('labels', 'y.csv');
    await inputs.updateComplete;
    expect(find('#labels-problem')!.textContent).toContain(
      `'y.csv'. Its name should end in one of .npy, .IDX; what was chosen before stays`,
    );
    expect([find('#labels')!.getAttribute('aria-invalid'), find('.name')!.textContent, fired.length]).toEqual([
      'true',
      'Chosen: y.npy, 3 bytes',
      0,
    ]);
    choose('labels', 'z.npy');
    await settled(1);
    expect([find('#labels-problem'), fired[0]!['labels']!.name]).toEqual([null, 'z.npy']);
  });
  it('sorts what is dropped by the endings, all or nothing', async () => {
    await open();
    drop('x.npy', 'y.npy', 'w.safetensors');
    await settled(1);
    expect(Object.fromEntries(Object.entries(fired[0]!).map(([key, f]) => [key, f.name]))).toEqual({
      data: 'x.npy',
      labels: 'y.npy',
      weights: 'w.safetensors',
    });
    drop('b.csv', 'photo.png');
    await inputs.updateComplete;
    expect(find('.problem[role=alert]')!.textContent).toContain(`'photo.png'`);
    expect([fired.length, inputs.files['data']!.name]).toEqual([1, 'x.npy']);
  });
  it('shows where a drop would go, and lets the browser not open the file', async () => {
    await open();
    const over = new DragEvent('dragover', { bubbles: true, cancelable: true });
    inputs.dispatchEvent(over);
    await inputs.updateComplete;
    expect([over.defaultPrevented, find('.zone')!.classList.contains('over')]).toEqual([true, true]);
    inputs.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
    await inputs.updateComplete;
    expect(find('.zone')!.classList.contains('over')).toBe(false);
  });
});
