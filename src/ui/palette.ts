/** How series are told apart: colour and shape together, so that neither is needed alone. */

/** Okabe and Ito's palette, which keeps apart under the common colour blindnesses; its black is the text colour here. */
const OKABE_ITO = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'cross', 'ring'] as const;
export type Shape = (typeof SHAPES)[number];
export interface Look {
  readonly colour: string;
  readonly shape: Shape;
}

/** `index` of the series in its view; −1, a curve that belongs to none, takes the text colour. */
export const lookOf = (index: number, text: string): Look =>
  index < 0 ? { colour: text, shape: 'circle' } : { colour: OKABE_ITO[index % OKABE_ITO.length]!, shape: SHAPES[index % SHAPES.length]! };

/** Dash patterns in pixels. Curves of one kind take them in turn: those that belong to no series share a colour. */
const DASHES = {
  theory: [
    [7, 4],
    [12, 4, 2, 4],
    [4, 2],
  ],
  reference: [
    [2, 3],
    [2, 6],
    [5, 3, 2, 3],
  ],
} as const;
export const dashOf = (kind: keyof typeof DASHES, index: number): readonly number[] => DASHES[kind][index % DASHES[kind].length]!;
export const MARKER_DASH: readonly number[] = [3, 3];

/** Alpha of reference curves. */
export const FAINT = 0.6;
/** A colour with an alpha of 0 to 1. */
export const fade = (colour: string, alpha: number): string => `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;

/** Corners for radius 1, centred; the round shapes have none. */
export const CORNERS: Readonly<Record<Shape, readonly (readonly [number, number])[]>> = {
  circle: [],
  ring: [],
  square: [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  triangle: [
    [0, -1.15],
    [1.05, 0.75],
    [-1.05, 0.75],
  ],
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
  cross: [
    [-1, -0.35],
    [-0.35, -0.35],
    [-0.35, -1],
    [0.35, -1],
    [0.35, -0.35],
    [1, -0.35],
    [1, 0.35],
    [0.35, 0.35],
    [0.35, 1],
    [-0.35, 1],
    [-0.35, 0.35],
    [-1, 0.35],
  ],
};

/** Adds a shape of radius r around (x, y). */
export function traceShape(path: Path2D, shape: Shape, x: number, y: number, r: number): void {
  const corners = CORNERS[shape];
  if (corners.length === 0) {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
    if (shape === 'ring') path.arc(x, y, r / 2, 0, 2 * Math.PI, true); // the other way round: a hole
    return;
  }
  corners.forEach(([dx, dy], i) => (i === 0 ? path.moveTo(x + dx * r, y + dy * r) : path.lineTo(x + dx * r, y + dy * r)));
  path.closePath();
}
export const shapePath = (shape: Shape, x: number, y: number, r: number): Path2D => {
  const path = new Path2D();
  traceShape(path, shape, x, y, r);
  return path;
};
