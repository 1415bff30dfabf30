/** The order of a headless run, kept beside its output until it has come to its end, so that one that was cut off can be gone on with. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { ConfigError } from '../core/errors';
import { readBundle, writeBundle } from '../lab/bundle';
import type { Entry } from '../lab/study';
import { presentRun } from '../lab/version1';
import { dropCheckpoint, hasCheckpoint, inCheckpoint, profileOf } from './checkpointFolder';
import { bundleOf, type LabRun } from './labOutput';

/** What a run's file does not say. */
const extras = v.object({ reference: v.boolean() });

/** Before the run begins. The order comes last: with it the checkpoint is there. */
export const keepOrder = async (folder: string, run: LabRun, date: Date): Promise<void> => {
  await dropCheckpoint(folder);
  await mkdir(profileOf(folder), { recursive: true });
  await writeFile(
    inCheckpoint(folder, 'extras.json'),
    JSON.stringify({ reference: run.reference === true } satisfies v.InferOutput<typeof extras>),
  );
  if (run.again) await writeFile(inCheckpoint(folder, 'again.json'), writeBundle(run.again));
  await writeFile(inCheckpoint(folder, 'order.json'), writeBundle(bundleOf(run, undefined, date)));
};

/** Throws ConfigError where nothing is to be gone on with, or this build has no such study or settings. */
export const readOrder = async (
  named: string,
  entries: readonly Entry[],
): Promise<{ readonly folder: string; readonly run: LabRun; readonly date: Date }> => {
  const folder = resolve(named);
  if (!hasCheckpoint(folder)) {
    const why = existsSync(join(folder, 'run.json')) ? 'its run came to its end (run.json)' : 'no run was begun there';
    throw new ConfigError(`${folder} holds no checkpoint to go on from: ${why}`);
  }
  try {
    const { facts, inputs } = readBundle(await readFile(inCheckpoint(folder, 'order.json'), 'utf8'));
    const { reference } = v.parse(extras, JSON.parse(await readFile(inCheckpoint(folder, 'extras.json'), 'utf8')));
    const again = existsSync(inCheckpoint(folder, 'again.json'))
      ? readBundle(await readFile(inCheckpoint(folder, 'again.json'), 'utf8'))
      : undefined;
    const placed = await presentRun(entries, facts);
    return {
      folder,
      date: new Date(facts.date),
      run: { ...placed, inputs, live: facts.live, reference, ...(again && { again }), out: folder },
    };
  } catch (error) {
    throw new ConfigError(
      `cannot go on with the run in ${folder}: ${error instanceof Error ? error.message : String(error)}. Its checkpoint is untouched`,
    );
  }
};
