/** A few runs that are disturbed at random moments; `npm run faults` does many. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue, studiesOf } from '../src/cli/catalogue';
import { FaultTester, type Fault, type Kind } from '../src/cli/faultRuns';
import { openSite, type Site } from '../src/cli/site';

/** One that trains networks, one that trains without. */
const STUDIES = ['grokking/over-time', 'sgd-noise/stationary'];

describe.runIf(process.platform === 'linux')('a run that is disturbed at a random moment', () => {
  let [site, tester, kinds] = [undefined as Site | undefined, undefined as unknown as FaultTester, [] as Kind[]];
  beforeAll(async () => {
    site = await openSite();
    tester = new FaultTester(site, Date.now() % 2 ** 32);
    const known = studiesOf(await loadCatalogue());
    kinds = await Promise.all(
      STUDIES.map((path) =>
        tester.kind(
          known.find((s) => s.path === path)!,
          'smoke',
        ),
      ),
    );
  });
  afterAll(() => site?.close());

  it.each([
    ['by two kills of the GPU process', ['kill', 'kill']],
    ['by a reload', ['reload']],
    ['by a kill of the browser', ['restart']],
    ['by one after another', ['kill', 'reload', 'restart']],
  ] as const)('%s ends with the bits that it has alone', async (_, faults: readonly Fault[]) => {
    for (const kind of kinds) {
      const run = await tester.disturb(kind, faults);
      expect(run.wrong, JSON.stringify(run)).toBeUndefined();
    }
  });
});
