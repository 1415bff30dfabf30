export { checkHyper, requireInDomain } from './domain';
export * from './optimiser';
