/** What a network answers to every entry of the table. */
import type { Row } from '../../src/lab/study';
import type { Network } from './network';

/** The first watched network's answer to every entry of the table, and how far the right one is ahead. */
export async function* answersOf(network: Network, a: Uint32Array, b: Uint32Array): AsyncGenerator<Row> {
  const { margin, answer } = (await network.answers())[0]!;
  for (const i of a.keys())
    for (const [chart, values] of [
      ['margin', margin],
      ['answer', answer],
    ] as const)
      yield { kind: 'cell', chart, x: a[i]!, y: b[i]!, seed: 0, value: values[i]! };
}
