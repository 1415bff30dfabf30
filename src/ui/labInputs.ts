/**
 * <lab-inputs>: the files of the reader's own that a study can use, chosen or dropped. Fires `inputs` (InputsEvent) with all of them
 * after each change. A file of another ending is refused, and what was chosen before stays.
 */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { holds } from '../lab/schema';
import type { Config, InputFile, Inputs, InputSpec } from '../lab/study';
import { formatBytes, inputFor, isAccepted } from './inputFiles';
import { base, forms } from './styles';

export class InputsEvent extends Event {
  constructor(readonly inputs: Inputs) {
    super('inputs', { bubbles: true, composed: true });
  }
}

export class LabInputs extends LitElement {
  static override styles = [
    base,
    forms,
    css`
    .zone { border: 1px dashed var(--edge); border-radius: 0.4rem; padding: 0.6rem 0.75rem; display: grid; gap: 0.75rem; }
    .zone.over { border-style: solid; border-color: var(--accent); background: var(--surface); }
    .input { display: grid; gap: 0.15rem; min-width: 0; }
    /* The file's name stands below: the browser's own "no file chosen" would contradict it for files that were dropped or restored. */
    .input input { width: 100%; min-width: 0; border: 0; padding: 0; background: none; color: transparent; }
    ::file-selector-button {
      min-height: 2.25rem; padding: 0.15rem 0.75rem; border: 1px solid var(--edge); border-radius: 0.4rem;
      background: var(--bg); color: var(--fg); font: inherit; cursor: pointer;
    }
    .chosen { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center; min-width: 0; }
    .name { overflow-wrap: anywhere; min-width: 0; }
    .problem { color: var(--bad); }
    p { margin: 0; }
  `,
  ];
  static override properties = {
    specs: { attribute: false },
    config: { attribute: false },
    files: { attribute: false },
    problem: { state: true },
    said: { state: true },
    over: { state: true },
  };
  declare specs: Readonly<Record<string, InputSpec>>;
  declare config: Config;
  declare files: Inputs;
  /** What was refused, and where: by the input's name, or '' for all of them. */
  declare problem: { readonly key: string; readonly why: string } | undefined;
  declare said: string;
  declare over: boolean;
  /** The last file chosen for each input: what was read of an earlier one is void. */
  readonly #latest = new Map<string, File>();

  constructor() {
    super();
    this.files = {};
    this.said = '';
    this.over = false;
    this.addEventListener('dragover', (e) => {
      e.preventDefault();
      this.over = true;
    });
    this.addEventListener('dragleave', (e) => {
      if (!this.contains(e.relatedTarget as Node | null)) this.over = false;
    });
    this.addEventListener('drop', (e) => this.#drop(e));
  }

  get #shown(): readonly (readonly [string, InputSpec])[] {
    return Object.entries(this.specs ?? {}).filter(([, spec]) => holds(spec.when, this.config));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const type of ['dragover', 'drop'] as const) addEventListener(type, this.#beside);
  }
  override disconnectedCallback(): void {
    for (const type of ['dragover', 'drop'] as const) removeEventListener(type, this.#beside);
    super.disconnectedCallback();
  }
  /** A file that falls beside would otherwise replace the page, and the run with it. */
  readonly #beside = (e: DragEvent): void => {
    if (e.dataTransfer?.types.includes('Files')) e.preventDefault();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('specs')) this.problem = undefined;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.config || this.#shown.length === 0) return nothing;
    return html`<div class="zone ${this.over ? 'over' : ''}">
      <p class="small">Drop files here or choose them. <span class="muted">They stay in this browser.</span></p>
      ${this.#shown.map(([key, spec]) => this.#input(key, spec))}
      ${this.problem?.key === '' ? html`<p class="small problem" role="alert">${this.problem.why}</p>` : nothing}
      <p class="hidden" role="status">${this.said}</p>
    </div>`;
  }

  #input(key: string, spec: InputSpec): TemplateResult {
    const file = this.files[key];
    const problem = this.problem?.key === key ? this.problem.why : undefined;
    const notes = [`${key}-help`, problem ? `${key}-problem` : ''].join(' ').trim();
    // A file without a dot in its ending could not be chosen where the browser filters by the others.
    const accept = spec.accept.split(',').every((ending) => ending.trim().startsWith('.')) ? spec.accept : nothing;
    return html`<div class="input">
      <label for=${key}>${spec.label}</label>
      <input id=${key} type="file" accept=${accept} aria-describedby=${notes} aria-invalid=${problem !== undefined} @change=${(e: Event) => this.#chosen(key, e)}>
      <span id="${key}-help" class="small muted">${spec.help}</span>
      ${
        file
          ? html`<span class="chosen small"><span class="name">Chosen: ${file.name}, ${formatBytes(file.data.byteLength)}</span>
        <button type="button" aria-label="Remove ${file.name}" @click=${() => this.#remove(key)}>Remove</button></span>`
          : nothing
      }
      ${problem ? html`<span id="${key}-problem" class="small problem" role="alert">${problem}</span>` : nothing}
    </div>`;
  }

  #chosen(key: string, e: Event): void {
    const input = e.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = ''; // the file's name stands below; the same file may be chosen again after it was changed
    if (file) void this.#take([[key, file]]);
  }

  #drop(e: DragEvent): void {
    e.preventDefault();
    this.over = false;
    const taken: [string, File][] = [];
    for (const file of e.dataTransfer?.files ?? []) {
      const key = inputFor(
        this.#shown,
        file.name,
        new Set([...Object.keys(this.files), ...taken.map(([k]) => k)]),
        new Set(taken.map(([k]) => k)),
      );
      if (key === undefined) return this.#refuse('', file.name, this.#shown.map(([, s]) => s.accept).join(','));
      taken.push([key, file]);
    }
    if (taken.length > 0) void this.#take(taken);
  }

  #refuse(key: string, name: string, accept: string): void {
    const endings = [...new Set(accept.split(',').map((s) => s.trim()))].join(', ');
    this.problem = {
      key,
      why: `Not used: '${name}'. Its name should end in one of ${endings}; what was chosen before stays. Convert or rename it.`,
    };
  }

  /** Reads the files and puts them in place, all or none. */
  async #take(chosen: readonly (readonly [string, File])[]): Promise<void> {
    for (const [key, { name }] of chosen) {
      const { accept } = this.specs[key]!;
      if (!isAccepted(accept, name)) return this.#refuse(key, name, accept);
    }
    for (const [key, file] of chosen) this.#latest.set(key, file);
    try {
      const read = await Promise.all(
        chosen.map(async ([key, file]): Promise<[string, InputFile]> => [
          key,
          { name: file.name, data: new Uint8Array(await file.arrayBuffer()) },
        ]),
      );
      const current = read.filter((_, i) => this.#latest.get(chosen[i]![0]) === chosen[i]![1]);
      if (current.length > 0)
        this.#set({ ...this.files, ...Object.fromEntries(current) }, `${current.map(([, f]) => f.name).join(', ')}: chosen`);
    } catch (error) {
      const [key, { name }] = chosen[0]!;
      this.problem = {
        key,
        why: `Not used: the browser could not read '${name}' (${String(error)}); what was chosen before stays. Choose the file again.`,
      };
    }
  }

  #remove(key: string): void {
    const name = this.files[key]?.name ?? '';
    this.#latest.delete(key);
    this.#set(Object.fromEntries(Object.entries(this.files).filter(([k]) => k !== key)), `${name}: removed`);
    this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(key)}`)?.focus(); // the button is gone
  }

  #set(files: Inputs, said: string): void {
    this.problem = undefined;
    this.said = said;
    this.files = files;
    this.dispatchEvent(new InputsEvent(files));
  }
}
customElements.define('lab-inputs', LabInputs);
