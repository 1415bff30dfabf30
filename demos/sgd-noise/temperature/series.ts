/** Name of a batch size's series. */
export const sizeSeries = (B: number): string => `b${B}`;
