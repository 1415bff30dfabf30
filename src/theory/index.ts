export * from './finiteWidth';
export * from './gradientDescent';
export * from './infiniteWidth';
export * from './kernelRegression';
export * from './linalg';
export * from './linearRisk';
export * from './marchenkoPastur';
export * from './randomFeatures';
