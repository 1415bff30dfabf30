export * from './gradientDescent';
export * from './linalg';
export * from './linearRisk';
export * from './marchenkoPastur';
export * from './randomFeatures';
