/** Data sets: seeded generators and readers, all ending in a Dataset of float64 rows. */
export { classification, oneHot, regression, take, toFloat32 } from './dataset';
export type { ClassificationDataset, Dataset, RegressionDataset, Split } from './dataset';
export { moments, standardised, type Moments } from './moments';
export { mnist1d, MNIST1D_PUBLISHED, type Mnist1dConfig } from './mnist1d';
export { gaussianRegression, type GaussianConfig, type GaussianRegression } from './gaussian';
export { sparseParity, type ParityConfig } from './parity';
export { redrawLabels, withLabelNoise, type LabelNoise, type NoisyLabels } from './labelNoise';
export { RandomState } from './mt19937';
export { compensatedSum } from './sum';
export { csvRecords, type CsvDelimiter, type CsvInput, type CsvText } from './csv';
export { readCsv, type CsvClassification, type CsvDataset, type CsvRegression } from './csvDataset';
export { readNpy, writeNpy, type NpyWriteOptions } from './npy';
export { readNpz, type Npz } from './npz';
export { readIdx } from './idx';
export { readGzip } from './gzip';
export { labelledArrays, targetArrays, toFloat64, type DType, type NdArray, type ReadLimits } from './ndarray';
export { isPrime, operationTable, splitEntries, takeEntries, type Entries, type ModularTask, type OperationTable } from './modular';
