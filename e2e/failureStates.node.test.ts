/** Every way in which a visit can go wrong: the page says the cause, what is preserved and what to do, stays usable, and stays accessible. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Visitor, type VisitOptions } from './visitor';

/** A run over time that no software adapter finishes within the test. */
const LONG = 'double-descent/?v=2&study=over-time&preset=smoke&steps=100000&seeds=2';
const SHORT = 'double-descent/?v=2&study=over-time&preset=smoke';
/** Destroys the worker's device whenever the page says so; after 'gone' there is no other. */
const LOSABLE = `
  const request = GPUAdapter.prototype.requestDevice;
  let device, gone = false;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    if (gone) throw new DOMException('no device', 'OperationError');
    return device = await request.apply(this, args);
  };
  new BroadcastChannel('test').onmessage = ({ data }) => { gone = data === 'gone'; device.destroy(); };`;
const FULL = `
  for (const name of ['put', 'add']) IDBObjectStore.prototype[name] = () => { throw new DOMException('the disk is full', 'QuotaExceededError'); };`;
const BLOCKED = `
  IDBFactory.prototype.open = () => { throw new DOMException('storage is off', 'SecurityError'); };`;

describe('when something goes wrong', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.open(['--host-resolver-rules=MAP insecure.test 127.0.0.1']);
  });
  afterAll(() => visitor?.close());
  afterEach(() => visitor.leave());

  /** Waits for a notice with all of these texts, and holds the page to the same standard as when all is well. */
  const told = async (...texts: readonly (string | RegExp)[]): Promise<void> => {
    const matches = (all: readonly string[]): boolean =>
      all.some((notice) => texts.every((t) => (typeof t === 'string' ? notice.includes(t) : t.test(notice))));
    await expect.poll(() => visitor.notices(), { timeout: 60_000 }).toSatisfy(matches, `a notice with ${texts.join(' | ')}`);
    expect(await visitor.violations()).toEqual([]);
  };
  const usable = async (): Promise<void> => {
    expect(await visitor.page.getByRole('heading', { level: 1 }).innerText()).toBe('Double descent');
    expect(await visitor.page.getByRole('radio').count()).toBeGreaterThan(3);
    expect(await visitor.page.getByText('Sources:').count()).toBe(1);
  };

  const open = (o: VisitOptions): Promise<void> => visitor.visit(SHORT, o);

  describe('with the GPU', () => {
    it('there is no WebGPU in this browser', async () => {
      await open({ inWorker: "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { get: () => undefined });" });
      await told('No GPU can be used here', 'no navigator.gpu', 'Use Chrome', 'Everything on this page but the measurement works');
      await usable();
    });
    it('the page is not in a secure context', async () => {
      await open({ origin: `http://insecure.test:${new URL(visitor.site.url).port}` });
      await told('No GPU can be used here', 'secure contexts', 'https');
      await usable();
    });
    it('no adapter is given', async () => {
      await open({ inWorker: 'GPU.prototype.requestAdapter = async () => null;' });
      await told('No GPU can be used here', 'no adapter', 'driver');
      await usable();
      await visitor.press('Run');
      await visitor.until('failed');
    });
    it('the adapter is software: a word about it, and the preset that shows the effect', async () => {
      await visitor.visit('double-descent/', {
        inWorker: "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => true });",
      });
      await visitor.page.getByText('No hardware GPU').waitFor();
      expect(await visitor.look((lab) => lab.preset)).toBe('quick');
    });
    it('the device is lost, twice, and the run goes on; where there is no other it ends, and a reload offers to resume it', async () => {
      await visitor.visit(LONG, { inWorker: LOSABLE });
      const lose = (how = 'lost'): Promise<void> => visitor.page.evaluate(`new BroadcastChannel('test').postMessage('${how}')`);
      await visitor.press('Run');
      await visitor.untilDone(20);
      await visitor.press('Pause');
      await expect.poll(() => visitor.kept(), { timeout: 20_000 }).toContainEqual({ state: 'running', resumable: true });
      await visitor.press('Resume');
      const before = await visitor.done();
      await lose();
      await told('The GPU was lost', 'goes on from its checkpoint', 'Nothing measured was lost');
      await visitor.untilDone(before + 50);
      await lose();
      await visitor.untilDone((await visitor.done()) + 50);
      await lose('gone');
      await visitor.until('failed');
      await told('The GPU went away', 'no other could be opened', 'no device', 'Reload the page');
      const measured = (await visitor.points()).length;
      expect(measured).toBeGreaterThan(0);
      await visitor.page.reload();
      await told('A run was cut off', 'Resume it');
      await visitor.press('Resume it');
      await visitor.untilDone(before);
      expect(await visitor.look((lab) => lab.state)).toBe('running');
    });
    it('more memory is needed than there is', async () => {
      await visitor.visit('double-descent/?v=2&study=networks&preset=smoke&widths=2000&seeds=2000');
      await visitor.press('Run');
      await told('more memory', 'GiB', 'at most', 'of the 2000 replicas fit', 'Nothing was allocated', 'smaller preset');
    });
    it('one replica diverges, and the others go on', async () => {
      await visitor.visit('playground/?v=2&preset=smoke&data=sine&optimiser=sgd&activation=relu&lr=10&seeds=3');
      await visitor.press('Run');
      await told('Warning', 'replica', 'became', 'at step', 'The other replicas go on', 'lower its learning rate');
      await visitor.until('done');
    });
    it('a kernel does not compile', async () => {
      await open({
        inWorker: `
        const create = GPUDevice.prototype.createShaderModule;
        GPUDevice.prototype.createShaderModule = function ({ code }) { return create.call(this, { code: code + '\\nfn broken( {' }); };`,
      });
      await visitor.press('Run');
      await told('A kernel does not compile', 'ShaderError', "expected ')' for function declaration", /^ *\d+ \| \}$/m, 'report it');
    });
    it('the worker cannot be loaded', async () => {
      await open({ inWorker: "throw new Error('too old');" });
      await told('The part of the page that trains could not be loaded', 'Reload the page');
    });
  });

  describe('with a link', () => {
    it.each([
      ['v=9', ['version 9', 'versions 1 and 2']],
      ['v=1&preset=huge', ["'huge'", 'smoke']],
      ['v=2&study=cubic', ["'cubic'", 'linear']],
      ['v=2&noise=loud', ["'noise'", 'from 0 to 100']],
      ['v=2&seeds=0', ["'seeds'", 'from 1']],
    ])('?%s', async (query, texts) => {
      await visitor.visit(`double-descent/?${query}`);
      await told('This link cannot be read', 'first settings instead', ...texts);
      await usable();
      await visitor.runSmoke();
    });
    it('with keys that are no settings: they are left out and named', async () => {
      await visitor.visit('double-descent/?v=2&study=linear&utm_source=mail&fbclid=x&seeds=7&preset=smoke');
      await visitor.page.getByText('Left out of the address: utm_source, fbclid').waitFor();
      expect(await visitor.look((lab) => [lab.study?.path, lab.preset, lab.config['seeds']])).toEqual([
        'double-descent/linear',
        'smoke',
        7,
      ]);
    });
    it('of version 1 opens in the study that its settings belong to', async () => {
      await visitor.visit('double-descent/?v=1&preset=smoke&variant=epoch&seeds=2&timeExamples=25');
      await visitor.page.getByRole('link', { name: 'Over time', exact: false }).first().waitFor();
      expect(await visitor.look((lab) => [lab.study?.path, lab.preset, lab.config['examples']])).toEqual([
        'double-descent/over-time',
        'smoke',
        25,
      ]);
    });
    it('that names a run which is not kept here', async () => {
      await visitor.visit('double-descent/?resume=nowhere');
      await told('This run cannot be resumed', "'nowhere'", 'no checkpoint', 'Nothing else is affected');
      await usable();
    });
  });

  describe('with storage', () => {
    it.each([
      ['is full', FULL, 'full'],
      ['is blocked', BLOCKED, 'storage'],
    ])('that %s: the run goes on without being kept', async (_, how, word) => {
      await visitor.visit(SHORT, { before: how, inWorker: how });
      await visitor.press('Run');
      await visitor.until('done');
      await told('Warning', word);
      expect(await visitor.look((lab) => lab.verdicts?.length)).toBeGreaterThan(0);
      await visitor.page.goto(`${visitor.site.url}runs/`);
      if (how === BLOCKED) await told('storage');
    });
  });

  describe('with a file', () => {
    it('that is no table: it is said when it is chosen, and no run begins on other data', async () => {
      await visitor.visit('playground/');
      await visitor.page
        .locator('lab-inputs input[type=file]')
        .first()
        .setInputFiles({ name: 'ragged.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b,class\n1,2,x\n3,y\n') });
      await visitor.page.getByText('This cannot be used yet').waitFor();
      await visitor.page.getByText('row 3: 3 cells expected').waitFor();
      await visitor.press('Run');
      await told('Not started', 'cannot be used yet', 'remove the file');
      expect(await visitor.look((lab) => [lab.state, lab.rows.length])).toEqual(['idle', 0]);
      await visitor.page.getByRole('button', { name: 'Remove ragged.csv' }).click();
      await visitor.runSmoke();
    });
    it('that is no run', async () => {
      await visitor.visit('runs/');
      await visitor.page
        .locator('lab-runs input[type=file]')
        .setInputFiles({ name: 'other.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"something else"}') });
      await told('other.json', 'not a run');
    });
  });
});
