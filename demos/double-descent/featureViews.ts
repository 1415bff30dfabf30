/** How both studies of random features draw their error. */
import type { Marker, View } from '../../src/lab/study';

export const featureViews = (title: string, y: string): readonly View[] => [
  {
    kind: 'line',
    chart: 'risk',
    title,
    x: 'random features N',
    y,
    logX: true,
    logY: true,
    series: { 'min-norm': 'minimum norm', ridge: 'ridge' },
  },
];
export const featureMarkers = ({ examples }: { readonly examples: number }): readonly Marker[] => [
  { chart: 'risk', x: examples, label: 'N = n' },
];
