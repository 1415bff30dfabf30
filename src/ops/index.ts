/** Every op, one line each. */
export * from './broadcastTo';
export * from './gather';
export * from './leaf';
export * from './losses';
export * from './matmul';
export * from './optimiser';
export * from './pack';
export * from './perExample';
export * from './pointwise';
export * from './random';
export * from './record';
export * from './reduce';
export * from './reshape';
export * from './softmax';
export * from './softmaxCrossEntropy';
export * from './transpose';
