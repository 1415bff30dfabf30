/** Where a headless run keeps what it takes to go on with it: a folder `.checkpoint` beside its output, until it has come to its end. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

export const inCheckpoint = (folder: string, ...names: readonly string[]): string => join(folder, '.checkpoint', ...names);
/** Of the browser that runs it: it holds the run's journal. */
export const profileOf = (folder: string): string => inCheckpoint(folder, 'profile');
export const hasCheckpoint = (folder: string): boolean => existsSync(inCheckpoint(folder, 'order.json'));
export const dropCheckpoint = (folder: string): Promise<void> => rm(inCheckpoint(folder), { recursive: true, force: true, maxRetries: 5 });
