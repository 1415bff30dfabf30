/** Argument checks shared by the closed forms: a formula outside its domain throws rather than return a plausible number. */
import { ConfigError } from '../core/errors';

/** Returns `value`. Throws ConfigError unless it is finite and ≥ 0. */
export function nonNegative(name: string, value: number): number {
  if (!(Number.isFinite(value) && value >= 0)) throw new ConfigError(`${name} is ${value}; it must be a finite number ≥ 0`);
  return value;
}

/** Returns `value`. Throws ConfigError unless it is finite and > 0. */
export function positive(name: string, value: number): number {
  if (!(Number.isFinite(value) && value > 0)) throw new ConfigError(`${name} is ${value}; it must be a finite number > 0`);
  return value;
}

/** Returns `value`. Throws ConfigError unless it is an integer ≥ `least`. */
export function integer(name: string, value: number, least: number): number {
  const valid = Number.isSafeInteger(value) && value >= least;
  if (!valid) throw new ConfigError(`${name} is ${value}; it must be an integer ≥ ${least}`);
  return value;
}
