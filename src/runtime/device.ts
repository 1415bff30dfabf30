/** Acquiring a WebGPU device, with the three ways in which there is none told apart. */
import { NoWebGPUError } from '../core/errors';
import type { AdapterKind } from '../plan/specialise';

export interface OpenOptions {
  /** Default 'high-performance'. */
  readonly powerPreference?: GPUPowerPreference;
  /**
   * Asks for no more than WebGPU promises everywhere: its default limits and no optional features. To test that something runs on every adapter; default
   * false, all that this adapter offers.
   */
  readonly defaultLimits?: boolean;
}
export interface Acquired {
  readonly device: GPUDevice;
  readonly name: string;
  readonly software: boolean;
  readonly kind: AdapterKind;
}

/** Limits that this engine depends on; requested in full, since the defaults are low. */
export const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;
export const FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups'];

/** Says in `info.isFallbackAdapter` or by its name that it computes on the CPU. */
const isSoftware = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.device} ${info.description}`);
/** A GPU whose subgroups have four invocations would need a measurement of its own: computing on the processor is part of the condition. */
const kindOf = (info: GPUAdapterInfo, device: GPUDevice): AdapterKind => ({
  quads: isSoftware(info) && device.features.has('subgroups') && info.subgroupMinSize === 4 && info.subgroupMaxSize === 4,
});
const nameOf = (info: GPUAdapterInfo): string =>
  [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') || 'unnamed adapter';

/** Throws NoWebGPUError: missing-api, insecure-context or no-adapter. */
export const findAdapter = async (o: OpenOptions = {}): Promise<GPUAdapter> => {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new NoWebGPUError(globalThis.isSecureContext === false ? 'insecure-context' : 'missing-api');
  const adapter = await gpu.requestAdapter({ powerPreference: o.powerPreference ?? 'high-performance' });
  if (!adapter) throw new NoWebGPUError('no-adapter');
  return adapter;
};

/** A device of an adapter that has given none yet; an adapter gives one only. */
export const openDevice = async (adapter: GPUAdapter, { defaultLimits = false }: OpenOptions = {}): Promise<Acquired> => {
  const all = (): GPUDeviceDescriptor => ({
    requiredLimits: Object.fromEntries(LIMITS.map((k) => [k, adapter.limits[k]])),
    requiredFeatures: FEATURES.filter((f) => adapter.features.has(f)),
  });
  const device = await adapter.requestDevice(defaultLimits ? {} : all());
  return { device, name: nameOf(adapter.info), software: isSoftware(adapter.info), kind: kindOf(adapter.info, device) };
};

/** Throws NoWebGPUError: missing-api, insecure-context or no-adapter. */
export const acquire = async (o: OpenOptions = {}): Promise<Acquired> => openDevice(await findAdapter(o), o);
