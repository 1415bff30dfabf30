export * from './gradientDescent';
export * from './infiniteWidth';
export * from './kernelRegression';
export * from './linalg';
export * from './linearRisk';
export * from './marchenkoPastur';
export * from './modularFourier';
export * from './randomFeatures';
