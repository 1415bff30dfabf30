/** The page of kept runs over a database of its own, used as its reader would. */
import { deleteDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleOf, readBundle, writeBundle } from '../lab/bundle';
import type { PointRow } from '../lab/study';
import { fakeEntry, fakeStudy } from '../lab/fakeStudy';
import { presetConfig } from '../lab/schema';
import { Connection, put, type RunRecord } from '../lab/store/database';
import { keptRun } from '../lab/store/fakeKept';
import { keepRun } from '../lab/store/keeper';
import { openStore, type IdbStore } from '../lab/store/store';
import type { KeptRun } from '../lab/store/types';
import { LabChart } from './labChart';
import { LabCompare } from './labCompare';
import { LabRuns } from './labRuns';

const point = (x: number, y: number, series = 'measured'): PointRow => ({ kind: 'point', chart: 'square', series, x, seed: 0, y });
const words = (e: Element): string => e.textContent!.replace(/\s+/g, ' ').trim();
/** Of a table's body. */
const cellsOf = (root: ParentNode, table: string): string[][] =>
  [...root.querySelectorAll(`${table} tbody tr`)].map((tr) => [...tr.children].map(words));
const config = presetConfig(fakeStudy, 'quick');
const verdict = {
  id: 'square',
  says: 'At x = 2 the mean is 4.',
  source: 'Euclid',
  falsifier: 'f',
  measured: 'mean 4',
  verdict: 'agrees',
} as const;
const old = keptRun({ id: 'old', date: '2026-01-01T00:00:00.000Z', points: 2, verdicts: [verdict] });
const recent = keptRun({
  id: 'recent',
  date: '2026-01-02T00:00:00.000Z',
  points: 1,
  state: 'running',
  resumable: true,
  config: { ...config, points: 7, kind: 'fancy' },
});
const foreign = keptRun({
  id: 'foreign',
  date: '2026-01-03T00:00:00.000Z',
  study: 'elsewhere',
  title: 'Elsewhere',
  adapter: undefined,
});

describe('<lab-runs>', () => {
  let [database, page, store] = ['', undefined as unknown as LabRuns, undefined as unknown as IdbStore];
  const $ = <E extends Element>(selector: string): E => page.renderRoot.querySelector<E>(selector)!;
  const all = (selector: string): Element[] => [...page.renderRoot.querySelectorAll(selector)];
  const rows = (): string[] => all('tbody tr').map(words);
  const button = (name: string): HTMLButtonElement => all('button').find((b): b is HTMLButtonElement => words(b) === name)!;
  const choose = async (title: string): Promise<void> => {
    const row = all('tbody tr').find((r) => words(r).includes(title))!;
    row.querySelector<HTMLInputElement>('input')!.click();
    await page.updateComplete;
  };
  const open = async (): Promise<void> => {
    page = new LabRuns();
    page.database = database;
    page.entries = [fakeEntry()];
    document.body.append(page);
    await vi.waitFor(() => expect(page.runs !== undefined || page.problems.length > 0).toBe(true));
    await page.updateComplete;
  };
  const pick = (...files: File[]): void => {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    const input = $<HTMLInputElement>('input[type=file]');
    input.files = transfer.files;
    input.dispatchEvent(new Event('change'));
  };
  const compared = (): LabCompare | null => $<LabCompare>('lab-compare');

  beforeEach(async () => {
    database = `test-${crypto.randomUUID()}`;
    store = await openStore(database);
    await store.add(old, [point(2, 4), point(3, 9)], {});
    await store.add(recent, [point(2, 5)], { data: { name: 'a', data: Uint8Array.of(1, 2) } });
    await store.add(foreign, [], {});
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    page.remove();
    store.close();
    history.replaceState(null, '', location.pathname);
    await deleteDB(database);
  });

  it('lists every run, newest first, with links where the study is known', async () => {
    await open();
    await vi.waitFor(() => expect(all('tbody th a')).toHaveLength(2));
    expect(rows().map((r) => /Elsewhere|Squares/.exec(r)![0])).toEqual(['Elsewhere', 'Squares', 'Squares']);
    expect(rows()[0]).toMatch(/Done.*unknown/);
    expect(rows()[1]).toContain('Cut off');
    expect(rows()[2]).toMatch(/Done.*13 s/);
    expect(rows()[2]).toMatch(/2.*1 agrees.*no device \(software\)/);
    const link = '../fake/?v=2&study=squares&preset=quick&points=7&kind=fancy';
    expect(all('tbody a').map((a) => a.getAttribute('href'))).toEqual([
      link,
      `${link}&resume=recent`,
      '../fake/?v=2&study=squares&preset=quick',
    ]);
    expect(page.usage).toMatch(/^This site stores .*B/);
  });

  it('shows a run that is being trained as running, with nothing to resume, and does not delete it', async () => {
    const keeper = await keepRun({ ...recent, id: 'live' }, {}, () => undefined, { database });
    await open();
    expect(rows().filter((r) => r.includes('Running'))).toHaveLength(1);
    await vi.waitFor(() =>
      expect(
        all('a')
          .map((a) => a.getAttribute('href'))
          .filter((h) => h!.includes('resume')),
      ).toEqual([expect.stringContaining('resume=recent')]),
    );
    $<HTMLInputElement>('thead input').click();
    await page.updateComplete;
    button('Delete…').click();
    await vi.waitFor(() => expect($<HTMLDialogElement>('dialog').open).toBe(true));
    expect(page.asking.map((r) => r.id)).not.toContain('live');
    button('Delete').click();
    await vi.waitFor(() => expect(page.runs?.map((r) => r.id)).toEqual(['live']));
    await keeper.end({ state: 'done' });
  });

  it('lays runs of one study over each other, and names what differs', async () => {
    await open();
    expect(button('Compare').disabled).toBe(true);
    await choose('Cut off');
    await choose('agrees');
    await vi.waitFor(() => expect(page.studies.size).toBe(1));
    button('Compare').click();
    await vi.waitFor(() => expect(compared()?.overlay).toBeDefined());
    const { views, table } = compared()!.overlay!;
    expect(views.map((v) => v.series)).toEqual([{ '0:measured': 'A: measured', '1:measured': 'B: measured' }]);
    expect([table.summary('square', '0:measured').map((s) => s.mean), table.summary('square', '1:measured').map((s) => s.mean)]).toEqual([
      [4, 9],
      [5],
    ]);
    const inside = compared()!.renderRoot;
    const chart = inside.querySelector('lab-chart');
    await vi.waitFor(() =>
      expect(chart instanceof LabChart && chart.traces.filter((t) => t.role === 'mean').map((t) => t.y)).toEqual([[4, 9], [5]]),
    );
    expect(cellsOf(inside, '.settings')).toEqual([
      ['Points', '6', '7'],
      ['Kind', 'Plain', 'Fancy'],
    ]);
    expect(cellsOf(inside, '.verdicts')).toEqual([['At x = 2 the mean is 4.', '✓ Agrees mean 4', '–']]);
    expect(location.search).toBe('?compare=old,recent');
    button('Close the comparison').click();
    await page.updateComplete;
    expect([compared(), location.search]).toEqual([null, '']);
  });

  it('compares what the address names, and says which runs are not here', async () => {
    history.replaceState(null, '', '?compare=recent,old,lost');
    await open();
    await vi.waitFor(() => expect(compared()?.runs.map((c) => `${c.letter} ${c.run.id}`)).toEqual(['A old', 'B recent']));
    expect(words($('.notice'))).toMatch(/1 run .* not kept in this browser.*import/);
    expect(location.search).toBe('?compare=old,recent');
  });

  it('says which run has settings that this build does not know, and why, and draws the others', async () => {
    const strange = keptRun({
      id: 'strange',
      date: '2026-01-01T12:00:00.000Z',
      config: { ...config, points: 'many', colour: 'red' },
      build: 'b77',
    });
    await store.add(strange, [point(2, 7)], {});
    history.replaceState(null, '', '?compare=old,strange,recent');
    await open();
    await vi.waitFor(() => expect(compared()?.overlay?.views).toHaveLength(1));
    await compared()!.updateComplete;
    const said = [...compared()!.renderRoot.querySelectorAll('.unknown')].map(words);
    expect(said).toEqual([expect.stringMatching(/^B is not drawn.*(points|colour).*untouched.*b77/)]);
    expect(Object.values(compared()!.overlay!.views[0]!.series)).toEqual(['A: measured', 'C: measured']);
    expect(rows()).toHaveLength(4);
  });

  it('lists the others beside a damaged record, which it names and deletes when asked', async () => {
    const connection = new Connection(database);
    await connection.write('damage', (tx) => put(tx, 'runs', { id: 'broken' } as RunRecord));
    connection.close();
    await open();
    expect(rows()).toHaveLength(3);
    expect(words($('.damaged'))).toMatch(/One record cannot be read.*broken.*study/);
    $<HTMLButtonElement>('.damaged button').click();
    await vi.waitFor(() => expect($<HTMLDialogElement>('dialog').open).toBe(true));
    expect(words($('dialog'))).toContain('the damaged record broken');
    $<HTMLButtonElement>('dialog .primary').click();
    await vi.waitFor(() => expect($('.damaged')).toBeNull());
    expect(rows()).toHaveLength(3);
  });

  it('refuses to compare runs of two studies, and more than there are looks', async () => {
    await open();
    await choose('Elsewhere');
    await choose('Cut off');
    expect([button('Compare').disabled, words($('#why'))]).toEqual([true, 'Only runs of one study can be compared.']);
    for (let i = 0; i < 6; i++) await store.add(keptRun({ id: `m${i}` }), [], {});
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.waitFor(() => expect(page.runs).toHaveLength(9));
    page.chosen = new Set(page.runs!.filter((r) => r.study === 'fake/squares').map((r) => r.id));
    await page.updateComplete;
    expect([button('Compare').disabled, words($('#why'))]).toEqual([true, expect.stringMatching(/^At most 6/)]);
  });

  it('deletes only after a question, and only what was chosen', async () => {
    await open();
    await choose('Elsewhere');
    button('Delete…').click();
    await vi.waitFor(() => expect($<HTMLDialogElement>('dialog').open).toBe(true));
    button('Keep').click();
    await vi.waitFor(() => expect(page.asking).toEqual([]));
    expect((await store.list()).length).toBe(3);
    button('Delete…').click();
    await vi.waitFor(() => expect($<HTMLDialogElement>('dialog').open).toBe(true));
    button('Delete').click();
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
    expect((await store.list()).map((r) => r.id)).toEqual(['recent', 'old']);
    expect(page.said).toBe('1 run deleted.');
    expect(page.shadowRoot!.activeElement).toBe($('.said'));
  });

  it('imports what is a run, says what is wrong with what is not, and loses nothing', async () => {
    await open();
    const afar = keptRun({ id: 'x', title: 'From afar', date: '2026-05-05T00:00:00.000Z' });
    const good = writeBundle(bundleOf(afar, [point(1, NaN), point(2, -0)], { data: { name: 'n', data: Uint8Array.of(7) } }));
    pick(new File([good.replace('"preset"', '"present"')], 'bad.json'), new File(['chart,x'], 'table.csv'), new File([good], 'good.json'));
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    expect(all('.notice').map(words)).toEqual([
      expect.stringMatching(/^‘bad.json’ was not imported.*'preset'.*export the run again.*Nothing else/),
      expect.stringMatching(/^‘table.csv’.*not JSON.*choose/),
    ]);
    const added: KeptRun = page.runs![0]!;
    expect(added).toMatchObject({ title: 'From afar', imported: true, points: 2 });
    expect(rows()[0]).toContain('from a file');
    expect([await store.rows(added.id), await store.inputs(added.id)]).toStrictEqual([
      [point(1, NaN), point(2, -0)],
      { data: { name: 'n', data: Uint8Array.of(7) } },
    ]);
  });

  it('takes files that are dropped on the page', async () => {
    await open();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([writeBundle(bundleOf(keptRun({ id: 'x' }), [], {}))], 'a.json'));
    const drop = (type: string): boolean => window.dispatchEvent(new DragEvent(type, { dataTransfer, cancelable: true }));
    expect([drop('dragover'), page.dropping, drop('drop'), page.dropping]).toEqual([false, true, false, false]);
    await vi.waitFor(() => expect(page.runs).toHaveLength(4));
    expect(window.dispatchEvent(new DragEvent('dragover', { dataTransfer: new DataTransfer(), cancelable: true }))).toBe(true); // no files: none of ours
  });

  it('exports a file that holds the run', async () => {
    await open();
    await choose('Cut off');
    const blobs: Blob[] = [];
    const create = URL.createObjectURL.bind(URL);
    vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
      blobs.push(blob as Blob);
      return create(blob);
    });
    const names: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      names.push(this.download);
    });
    button('Export (JSON)').click();
    await vi.waitFor(() => expect(page.said).toBe('1 run exported, without your data files.'));
    expect(names).toEqual(['fake-squares-2026-01-02T00-00-00-rece.json']);
    const { facts, points, inputs, leftOut } = readBundle(await blobs[0]!.text());
    expect([facts.config['points'], facts.state, points, inputs, leftOut]).toEqual([7, 'aborted', [point(2, 5)], {}, { data: 'a' }]);

    $<HTMLInputElement>('.own').checked = true;
    button('Export (JSON)').click();
    await vi.waitFor(() => expect(page.said).toBe('1 run exported, with your data files inside.'));
    const whole = readBundle(await blobs[1]!.text());
    expect([whole.inputs['data']!.data, whole.leftOut]).toEqual([Uint8Array.of(1, 2), undefined]);
  });

  it('says that there is nothing yet', async () => {
    for (const { id } of await store.list()) await store.remove(id);
    await open();
    expect(words($('.empty'))).toMatch(/No run is kept yet.*import/);
  });

  it('says why where storage is blocked', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    await open();
    expect(words($('.notice'))).toMatch(/cannot be shown.*store nothing.*allow site data/);
    expect(button('Import…').disabled).toBe(true);
  });
});
