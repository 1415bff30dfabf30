export * from './optimiser';
