/**
 * Measures variants of the kernels on the adapter at hand and remembers which is fastest for a class of shapes. It chooses only between variants
 * that give the default's bits (plan/variants.ts), and only what it has checked: against the float64 oracle, and bit by bit against the default.
 * So what it finds depends on noise, and no result does.
 */
import { oracleOf } from '../../shaders/index';
import { ConfigError, GPURunError, ShaderError } from '../core/errors';
import type { Plan, PlanDispatch } from '../plan/plan';
import { rivals, shapeClass, variantOf, type Choices, type Variant } from '../plan/variants';
import { runTrials } from './kernelCheck';
import type { PipelineCache } from './pipelines';
import { Bench, ownWay, smallTrial, wayOf } from './tunerBench';

/** What was found for one class of shapes. */
export interface Finding {
  readonly shape: string;
  readonly choice: string;
  /** Milliseconds a dispatch of each variant measured, the default first. Empty for a pinned choice. */
  readonly ms: Readonly<Record<string, number>>;
  readonly pinned: boolean;
}
/** Where findings are kept between visits: by adapter, and a build's shaders. */
export interface FindingStore {
  load(key: string): Promise<readonly Finding[]>;
  save(key: string, findings: readonly Finding[]): Promise<void>;
}
export const memoryStore = (): FindingStore => {
  const kept = new Map<string, readonly Finding[]>();
  return {
    load: async (key) => kept.get(key) ?? [],
    save: async (key, findings) => {
      kept.set(key, findings);
    },
  };
};

export interface TunerOptions {
  /** Milliseconds that tuning may take in all, until it is reset. Default 1000. */
  readonly budgetMs?: number;
  readonly store?: FindingStore;
  /** Also where the adapter computes on the processor: compiling takes longer there than there is to gain. Default false. */
  readonly software?: boolean;
  /** Default: plan/variants.ts. */
  readonly rivals?: (d: PlanDispatch) => readonly Variant[];
}
const BUDGET_MS = 1000;
/** A variant must be this much faster than the default to take its place. */
const GAIN = 0.95;
/** Workgroup memory of the probe that shows what compiling it costs, in floats, and the share of the budget that one variant may take. */
const PROBE_FLOATS = 256;
const SHARE = 0.25;

export class Tuner {
  #findings = new Map<string, Finding>();
  #loaded: Promise<void> | undefined;
  #spent = 0;
  /** Milliseconds of compiling for each float of workgroup memory; undefined before it was probed. */
  #msPerFloat: number | undefined;
  readonly #budget: number;
  readonly #store: FindingStore;
  readonly #rivals: (d: PlanDispatch) => readonly Variant[];

  /** `key`: the adapter and the build. */
  constructor(
    readonly key: string,
    o: TunerOptions = {},
  ) {
    this.#budget = o.budgetMs ?? BUDGET_MS;
    this.#store = o.store ?? memoryStore();
    this.#rivals = o.rivals ?? rivals;
  }

  /** All findings so far, kept ones included. */
  async list(): Promise<readonly Finding[]> {
    await this.#load();
    return [...this.#findings.values()];
  }
  get choices(): Choices {
    return Object.fromEntries([...this.#findings].map(([shape, f]) => [shape, f.choice]));
  }
  /** Milliseconds that tuning took since it was opened or reset. */
  get spentMs(): number {
    return this.#spent;
  }
  /** Forgets everything, pins included; what is used next is measured again, within a new budget. */
  async reset(): Promise<void> {
    await this.#load();
    this.#findings.clear();
    this.#spent = 0;
    await this.#store.save(this.key, []);
  }

  /**
   * Holds a dispatch's class to a variant from the next session on, measured or not. Throws ConfigError where there is no such variant for it, or
   * its result is not the oracle's or not the default's bit by bit.
   */
  async pin(device: GPUDevice, pipelines: PipelineCache, d: PlanDispatch, id: string): Promise<void> {
    await this.#load();
    const own = variantOf(d);
    const v = own?.id === id ? own : this.#rivals(d).find((r) => r.id === id);
    if (!v)
      throw new ConfigError(
        `no variant '${id}' for ${d.kernel} ${shapeClass(d)}; there are ${[...(own ? [own] : []), ...this.#rivals(d)].map((r) => r.id).join(', ')}`,
      );
    const bench = new Bench(device, pipelines, d);
    try {
      if (v !== own && !(await this.#right(device, pipelines, bench, d, v)))
        throw new ConfigError(`'${id}' gives other results than the default on this adapter`);
    } finally {
      bench.destroy();
    }
    await this.#keep({ shape: shapeClass(d), choice: id, ms: {}, pinned: true });
  }

  /** Measures what these plans run and nobody has measured, until the budget is spent: then the defaults stay. */
  async tune(device: GPUDevice, pipelines: PipelineCache, plans: readonly Plan[]): Promise<void> {
    await this.#load();
    for (const d of plans.flatMap((p) => p.dispatches).toSorted((a, b) => b.flops - a.flops)) {
      if (this.#spent >= this.#budget) return;
      if (variantOf(d) && !this.#findings.has(shapeClass(d)) && this.#rivals(d).length > 0 && Bench.fits(d))
        await this.#timed(() => this.#measure(device, pipelines, d));
    }
  }

  async #measure(device: GPUDevice, pipelines: PipelineCache, d: PlanDispatch): Promise<void> {
    const own = variantOf(d)!;
    const bench = new Bench(device, pipelines, d);
    try {
      const ms: Record<string, number> = { [own.id]: await bench.time(ownWay(d)) };
      const end = performance.now() + this.#budget - this.#spent;
      for (const v of this.#rivals(d)) {
        if (performance.now() > end || !(await this.#affordable(device, v)) || !(await this.#right(device, pipelines, bench, d, v)))
          continue;
        ms[v.id] = await bench.time(wayOf(d, v));
      }
      const best = Object.entries(ms).reduce((a, b) => (b[1] < a[1] ? b : a));
      await this.#keep({ shape: shapeClass(d), choice: best[1] < GAIN * ms[own.id]! ? best[0] : own.id, ms, pinned: false });
    } finally {
      bench.destroy();
    }
  }

  /** Whether the variant passes its oracle, and has the default's bits on the dispatch's own shape. */
  async #right(device: GPUDevice, pipelines: PipelineCache, bench: Bench, d: PlanDispatch, v: Variant): Promise<boolean> {
    const way = wayOf(d, v);
    try {
      const { failed, checked } = await runTrials(
        device,
        { ...oracleOf(d.kernel), kernel: v.kernel },
        way.options,
        [smallTrial(d.dims, way.options)],
        pipelines,
      );
      return failed === 0 && checked > 0 && (await bench.same(ownWay(d), way));
    } catch (error) {
      if (error instanceof ShaderError || error instanceof GPURunError) return false;
      throw error;
    }
  }

  /** Software adapters compile workgroup memory in time that grows with it: a small pipeline tells. */
  async #affordable(device: GPUDevice, { floats }: Variant): Promise<boolean> {
    if (floats === 0) return true;
    if (this.#msPerFloat === undefined) {
      const started = performance.now();
      await Bench.probe(device, PROBE_FLOATS);
      this.#msPerFloat = (performance.now() - started) / PROBE_FLOATS;
    }
    return this.#msPerFloat * floats <= SHARE * this.#budget;
  }

  async #timed(work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    try {
      await work();
    } finally {
      this.#spent += performance.now() - started;
    }
  }
  /** What was found or pinned for a class; see forms.ts for those of whole steps. */
  async find(shape: string): Promise<Finding | undefined> {
    await this.#load();
    return this.#findings.get(shape);
  }
  async keep(f: Finding): Promise<void> {
    await this.#load();
    return this.#keep(f);
  }
  async #keep(f: Finding): Promise<void> {
    this.#findings.set(f.shape, f);
    await this.#store.save(this.key, [...this.#findings.values()]);
  }
  /** What cannot be read is measured again. */
  #load(): Promise<void> {
    this.#loaded ??= this.#store
      .load(this.key)
      .catch(() => [])
      .then((kept) => {
        this.#findings = new Map(kept.map((f) => [f.shape, f]));
      });
    return this.#loaded;
  }
}
