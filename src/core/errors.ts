/**
 * Every error the engine throws on purpose. Each message says what happened and with which figures, what is preserved, and
 * what to do; `name` is stable, so callers may switch on it across a worker boundary where `instanceof` does not survive.
 */
export abstract class OverparamError extends Error {
  abstract override readonly name: string;
}

/** Two shapes that do not fit. Thrown while a graph is being built, naming the op. */
export class ShapeError extends OverparamError {
  override readonly name = 'ShapeError';
  constructor(
    readonly op: string,
    message: string,
  ) {
    super(`${op}: ${message}`);
  }
}

/** A file that is not what its format says: truncated, mistyped, ragged or oversized. */
export class FormatError extends OverparamError {
  override readonly name = 'FormatError';
  constructor(
    readonly format: string,
    message: string,
  ) {
    super(`${format}: ${message}`);
  }
}

/** A value outside what is allowed; `message` lists what is. */
export class ConfigError extends OverparamError {
  override readonly name = 'ConfigError';
}

/** A transform met an op that has no rule for it. */
export class NoRuleError extends OverparamError {
  override readonly name = 'NoRuleError';
  constructor(
    readonly op: string,
    readonly transform: string,
    hint = '',
  ) {
    super(`${transform}: the op '${op}' has no ${transform} rule${hint ? `; ${hint}` : ''}`);
  }
}

/** Why WebGPU cannot be used here. The three causes need three different remedies. */
export type NoWebGPUCause = 'missing-api' | 'insecure-context' | 'no-adapter';
const REMEDY: Record<NoWebGPUCause, string> = {
  'missing-api': 'this browser has no navigator.gpu. Use Chrome or Edge 113+, Safari 26+ or Firefox 141+, or enable WebGPU in its settings',
  'insecure-context': 'WebGPU exists only in secure contexts. Open the page over https or from localhost',
  'no-adapter':
    'the browser has WebGPU but offers no adapter. Update the GPU driver, unblock the GPU (chrome://gpu), or allow a software adapter (--use-webgpu-adapter=swiftshader)',
};
export class NoWebGPUError extends OverparamError {
  override readonly name = 'NoWebGPUError';
  constructor(readonly reason: NoWebGPUCause) {
    super(`No WebGPU: ${REMEDY[reason]}.`);
  }
}

/** The device went away, and no other could be had or kept. */
export class DeviceLostError extends OverparamError {
  override readonly name = 'DeviceLostError';
}

/** A plan that needs more than the adapter allows; thrown before anything is allocated. */
export class MemoryError extends OverparamError {
  override readonly name = 'MemoryError';
  constructor(
    readonly needed: number,
    readonly allowed: number,
    message: string,
  ) {
    super(message);
  }
}

/** More of something than the adapter allows in one dispatch; thrown before anything is built. */
export class LimitError extends OverparamError {
  override readonly name = 'LimitError';
  constructor(
    readonly needed: number,
    readonly allowed: number,
    message: string,
  ) {
    super(message);
  }
}

/** A shader that does not compile; `message` holds the numbered source around each diagnostic. */
export class ShaderError extends OverparamError {
  override readonly name = 'ShaderError';
  constructor(
    readonly kernel: string,
    message: string,
  ) {
    super(`kernel '${kernel}' does not compile\n${message}`);
  }
}

/** The GPU reported an error while a plan was running (validation, out of memory or internal). */
export class GPURunError extends OverparamError {
  override readonly name = 'GPURunError';
}

/** A NaN or an infinity; the other replicas go on. */
export class NonFiniteError extends OverparamError {
  override readonly name = 'NonFiniteError';
  constructor(
    readonly replica: number,
    readonly step: number,
    readonly tensor: string,
    readonly value: number,
    advice = 'lower its learning rate or its initialisation scale',
  ) {
    super(`replica ${replica}: '${tensor}' became ${value} at step ${step}. The other replicas go on; ${advice}`);
  }
}

/** The browser would not store or read back what was to be kept: storage is full, blocked or of another version. */
export class StorageError extends OverparamError {
  override readonly name = 'StorageError';
}

const COME_AGAIN: ReadonlySet<string> = new Set([
  'ShapeError',
  'FormatError',
  'ConfigError',
  'NoRuleError',
  'MemoryError',
  'LimitError',
  'ShaderError',
]);
/** Whether the same would fail in the same way again, on whatever device. By name: what is left of an error across a worker's boundary counts too. */
export const comesAgain = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string' && COME_AGAIN.has(error.name);
