/** The three architectures. */
import { cnn, linear, mlp, type Model } from '../../../src/models/index';
import type { Config } from './fields';
import type { Architecture } from './published';

const LENGTH = 40;
const CLASSES = 10;

/** Windows of 5, 3 and 3 positions, each time every second one: 40, 19, 10, 5 positions. */
const convolutional = (channels: number): Model => {
  const layer = { channels, stride: 2, padding: 1 };
  return cnn({
    length: LENGTH,
    layers: [
      { ...layer, size: 5 },
      { ...layer, size: 3 },
      { ...layer, size: 3 },
    ],
    outputs: CLASSES,
    init: 'pytorch',
  });
};
export const modelOf = ({ width, channels }: Pick<Config, 'width' | 'channels'>, a: Architecture): Model => {
  switch (a) {
    case 'logistic':
      return linear(LENGTH, CLASSES, { init: 'pytorch' });
    case 'mlp':
      return mlp({ widths: [LENGTH, width, width, CLASSES], residual: true, init: 'pytorch' });
    case 'cnn':
      return convolutional(channels);
  }
};
