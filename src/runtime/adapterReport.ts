/** What the adapter says of itself, and what can be measured of it without any kernel. */
import { FEATURES, findAdapter, LIMITS, openDevice, type OpenOptions } from './device';

export interface AdapterReport {
  readonly name: string;
  /** Computes on the processor, by what it says or by its name. */
  readonly software: boolean;
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** Undefined where the browser does not say. */
    readonly isFallbackAdapter: boolean | undefined;
    readonly subgroupMinSize: number | undefined;
    readonly subgroupMaxSize: number | undefined;
  };
  /** All limits, with what the adapter would give. */
  readonly limits: Readonly<Record<string, number>>;
  /** The limits that the engine asks for in full; it gets the default of the others. */
  readonly limitsAskedFor: readonly string[];
  readonly features: readonly string[];
  readonly featuresAskedFor: readonly string[];
  /** Undefined where the implementation does not say. */
  readonly wgslLanguageFeatures: readonly string[] | undefined;
  /** Empty outside browsers. */
  readonly userAgent: string;
  readonly measured: Measured;
}
export interface Measured {
  /** From asking for the adapter to having a device, in milliseconds. */
  readonly openMs: number;
  /** Mean of submitting an empty command buffer and waiting until the queue is done, in milliseconds. */
  readonly emptySubmitMs: number;
  /** Smallest non-zero difference between two timestamps, in nanoseconds. Undefined without the feature, or where none differed. */
  readonly timestampNs: number | undefined;
}

const SUBMITS = 20;
/** Passes a submit, each with a timestamp at either end; and submits, so that even coarse clocks move on. */
const PASSES = 32;
const ROUNDS = 8;

const emptySubmit = async (device: GPUDevice): Promise<number> => {
  const started = performance.now();
  for (let i = 0; i < SUBMITS; i++) {
    device.queue.submit([device.createCommandEncoder().finish()]);
    await device.queue.onSubmittedWorkDone();
  }
  return (performance.now() - started) / SUBMITS;
};

/** The timestamps of one submit, in nanoseconds. */
const timestamps = async (device: GPUDevice): Promise<readonly bigint[]> => {
  const count = 2 * PASSES;
  const querySet = device.createQuerySet({ type: 'timestamp', count });
  const [resolved, staging] = [
    GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  ].map((usage) => device.createBuffer({ size: 8 * count, usage })) as [GPUBuffer, GPUBuffer];
  const encoder = device.createCommandEncoder();
  for (let i = 0; i < PASSES; i++)
    encoder.beginComputePass({ timestampWrites: { querySet, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 } }).end();
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, 8 * count);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const times = [...new BigUint64Array(staging.getMappedRange().slice(0))];
  for (const made of [querySet, resolved, staging]) made.destroy();
  return times;
};

/** Smallest non-zero difference between two timestamps, in nanoseconds. Undefined without the feature, or where none differed. */
export const timestampStep = async (device: GPUDevice): Promise<number | undefined> => {
  if (!device.features.has('timestamp-query')) return undefined;
  const times: bigint[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(...(await timestamps(device)));
  // 0: a query that was not written.
  const sorted = BigUint64Array.from(times.filter((t) => t > 0n)).toSorted();
  const steps = [...sorted.subarray(1)].map((t, i) => Number(t - sorted[i]!)).filter((step) => step > 0);
  return steps.length > 0 ? Math.min(...steps) : undefined;
};

/** Opens a device to measure it, and closes it again. Throws NoWebGPUError with the cause. */
export const describeAdapter = async (o: Pick<OpenOptions, 'powerPreference'> = {}): Promise<AdapterReport> => {
  const started = performance.now();
  const adapter = await findAdapter(o);
  const { device, name, software } = await openDevice(adapter);
  const openMs = performance.now() - started;
  try {
    const { info, limits, features } = adapter;
    const names = [...new Set(Object.keys(Object.getPrototypeOf(limits) as object))].filter(
      (k) => typeof limits[k as keyof GPUSupportedLimits] === 'number',
    );
    const { wgslLanguageFeatures } = navigator.gpu as Partial<GPU>;
    return {
      name,
      software,
      info: {
        vendor: info.vendor,
        architecture: info.architecture,
        device: info.device,
        description: info.description,
        isFallbackAdapter: info.isFallbackAdapter as boolean | undefined,
        subgroupMinSize: info.subgroupMinSize as number | undefined,
        subgroupMaxSize: info.subgroupMaxSize as number | undefined,
      },
      limits: Object.fromEntries(names.map((k) => [k, limits[k as keyof GPUSupportedLimits] as number])),
      limitsAskedFor: LIMITS,
      features: [...features].toSorted(),
      featuresAskedFor: FEATURES,
      wgslLanguageFeatures: wgslLanguageFeatures && [...wgslLanguageFeatures].toSorted(),
      userAgent: (navigator as Partial<Navigator>).userAgent ?? '',
      measured: { openMs, emptySubmitMs: await emptySubmit(device), timestampNs: await timestampStep(device) },
    };
  } finally {
    device.destroy();
  }
};
