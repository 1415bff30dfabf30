/** What <lab-device> shows of an adapter and of a self-test. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AdapterReport } from '../runtime/adapterReport';
import type { KernelResult } from '../runtime/kernelCheckSelf';
import { formatNumber, formatSeconds } from './format';

/** In full, in groups of three, so that powers of two can be told. */
const whole = (n: number): string => n.toLocaleString('en-GB');
const MIB = 2 ** 20;
/** Sizes again as MiB or GiB, where that is shorter. */
const bytes = (name: string, n: number): string =>
  !name.endsWith('Size') || name.includes('Workgroup') || n < MIB
    ? ''
    : n >= 1024 * MIB
      ? ` (${formatNumber(n / MIB / 1024)} GiB)`
      : ` (${formatNumber(n / MIB)} MiB)`;
const milliseconds = (ms: number): string => `${formatNumber(ms)} ms`;
const unsaid = (text: string): string => text || 'not said';

export const adapterFacts = ({ name, software, info, measured, wgslLanguageFeatures, userAgent }: AdapterReport): TemplateResult => {
  const { subgroupMinSize: low, subgroupMaxSize: high } = info;
  const facts: readonly (readonly [string, string])[] = [
    ['Name', name],
    ['Kind', software ? 'software: computes on the processor, many times slower than a GPU' : 'hardware'],
    ['Vendor', unsaid(info.vendor)],
    ['Architecture', unsaid(info.architecture)],
    ['Device', unsaid(info.device)],
    ['Description', unsaid(info.description)],
    ['Fallback adapter', info.isFallbackAdapter === undefined ? 'not said' : info.isFallbackAdapter ? 'yes' : 'no'],
    ['Subgroup sizes', low === undefined || high === undefined ? 'not said' : low === high ? String(low) : `${low} to ${high}`],
    ['Time to open a device', milliseconds(measured.openMs)],
    ['Time for an empty submit', `${milliseconds(measured.emptySubmitMs)}, mean, waiting included`],
    [
      'Timestamp steps',
      measured.timestampNs === undefined ? 'none seen, or no timestamps' : `${whole(measured.timestampNs)} ns, the smallest seen`,
    ],
    ['WGSL features', wgslLanguageFeatures ? wgslLanguageFeatures.join(', ') || 'none' : 'not said'],
    ['Browser', unsaid(userAgent)],
  ];
  return html`<dl>${facts.map(([term, text]) => html`<dt>${term}</dt><dd class="number">${text}</dd>`)}</dl>`;
};

export const limitsTable = ({ limits, limitsAskedFor }: AdapterReport): TemplateResult => html`
  <p class="small muted">What the adapter allows. The engine asks for some in full, and takes WebGPU's default of the rest.</p>
  <div class="scroll" tabindex="0" role="region" aria-label="Limits">
    <table>
      <thead><tr><th scope="col">Limit</th><th scope="col">Allowed</th><th scope="col">Asked for</th></tr></thead>
      <tbody>${Object.entries(limits).map(
        ([name, n]) => html`<tr><th scope="row">${name}</th><td>${whole(n)}${bytes(name, n)}</td>
        <td>${limitsAskedFor.includes(name) ? 'in full' : 'default'}</td></tr>`,
      )}</tbody>
    </table>
  </div>`;

export const featureList = ({ features, featuresAskedFor }: AdapterReport): TemplateResult => {
  const lacking = featuresAskedFor.filter((f) => !features.includes(f));
  return html`
    ${features.length > 0 ? html`<ul>${features.map((f) => html`<li>${f}${featuresAskedFor.includes(f) ? ' (used)' : ''}</li>`)}</ul>` : html`<p>None.</p>`}
    ${lacking.length > 0 ? html`<p class="small muted">Used where there, and not there: ${lacking.join(', ')}.</p>` : nothing}`;
};

/** A wrong value where the bound is 0 is no multiple of it. */
const share = ({ worst, failed }: KernelResult): string => (failed > 0 && worst <= 1 ? '–' : formatNumber(worst));
const result = (look: 'passed' | 'failed' | 'open', sign: string, word: string): TemplateResult =>
  html`<span class=${look}><span class="sign" aria-hidden="true">${sign}</span>${word}</span>`;
const row = (r: KernelResult): TemplateResult => html`<tr><th scope="row">${r.kernel}</th>
  <td>${r.sets} of ${r.allSets}</td><td>${whole(r.checked)}</td><td>${share(r)}</td><td>${formatNumber(r.largest)}</td><td>${whole(Math.round(r.ms))} ms</td>
  <td>${r.failed > 0 ? result('failed', '✗', 'Failed') : result('passed', '✓', 'Passed')}</td></tr>`;
const unfinished = (kernel: string, word: string): TemplateResult =>
  html`<tr class="muted"><th scope="row">${kernel}</th><td colspan="5"></td><td>${result('open', '·', word)}</td></tr>`;

/** A row for each of `kernels`; those beyond the results are waiting, or were not reached. */
export const resultsTable = (kernels: readonly string[], results: readonly KernelResult[], testing: boolean): TemplateResult => html`
  <p class="small muted">An error above its bound is wrong: a share above 1. The largest error is absolute, and may be large where values are.</p>
  <div class="scroll tall" tabindex="0" role="region" aria-label="Results of the self-test">
    <table>
      <thead><tr><th scope="col">Kernel</th><th scope="col">Options</th><th scope="col">Values</th><th scope="col">Worst error / bound</th><th scope="col">Largest error</th>
        <th scope="col">Time</th><th scope="col">Result</th></tr></thead>
      <tbody>${kernels.map((kernel, i) => {
        const done = results[i];
        return done ? row(done) : unfinished(kernel, !testing ? 'Not tested' : i === results.length ? 'Running' : 'Waiting');
      })}</tbody>
    </table>
  </div>`;

export const failureList = (results: readonly KernelResult[]): TemplateResult | typeof nothing => {
  const wrong = results.filter((r) => r.failed > 0);
  if (wrong.length === 0) return nothing;
  return html`<h3>What is wrong</h3>
    <p>What studies measure with these kernels cannot be trusted on this device. Another browser, or an update of this one or of the GPU driver, may help; the JSON
      has what a report needs.</p>
    ${wrong.map(
      (r) => html`<h3>${r.kernel}: ${whole(r.failed)} failures${r.failed > r.failures.length ? `, the first ${r.failures.length}` : ''}</h3>
      <pre tabindex="0" role="region" aria-label="Failures of ${r.kernel}">${r.failures.join('\n')}</pre>`,
    )}`;
};

export const summaryOf = (results: readonly KernelResult[], ms: number): string => {
  const wrong = results.filter((r) => r.failed > 0).length;
  const values = whole(results.reduce((sum, r) => sum + r.checked, 0));
  const took = `${values} values compared in ${formatSeconds(ms / 1000)}`;
  return wrong === 0 ? `All ${results.length} kernels passed: ${took}.` : `${wrong} of ${results.length} kernels failed: ${took}.`;
};
