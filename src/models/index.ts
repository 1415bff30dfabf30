export * from './cnn';
export * from './layout';
export * from './mlp';
export * from './model';
export * from './randomFeatures';
export * from './scaled';
