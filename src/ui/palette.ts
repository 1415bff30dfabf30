/** How series are told apart: colour and shape together, so that neither is needed alone. */

/** Okabe and Ito's palette, which keeps apart under the common colour blindnesses; its black is the text colour here. */
const OKABE_ITO = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

export const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'cross', 'ring'] as const;
export type Shape = (typeof SHAPES)[number];
export interface Look { readonly colour: string; readonly shape: Shape }

/** `index` of the series in its view; −1, a curve that belongs to none, takes the text colour. */
export const lookOf = (index: number, text: string): Look =>
  index < 0 ? { colour: text, shape: 'circle' } : { colour: OKABE_ITO[index % OKABE_ITO.length]!, shape: SHAPES[index % SHAPES.length]! };

/** Dash patterns in pixels; a solid line is []. */
export const DASH = { theory: [7, 4], reference: [2, 3], marker: [3, 3] } as const;

/** A colour with an alpha of 0 to 1. */
export const fade = (colour: string, alpha: number): string => `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;

/** Adds a shape of radius r around (x, y). */
export function traceShape(path: Path2D, shape: Shape, x: number, y: number, r: number): void {
  const line = (...corners: readonly (readonly [number, number])[]): void => {
    corners.forEach(([dx, dy], i) => (i === 0 ? path.moveTo(x + dx * r, y + dy * r) : path.lineTo(x + dx * r, y + dy * r)));
    path.closePath();
  };
  switch (shape) {
    case 'circle': case 'ring':
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
      if (shape === 'ring') path.arc(x, y, r / 2, 0, 2 * Math.PI, true);
      break;
    case 'square': return line([-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]);
    case 'triangle': return line([0, -1.15], [1.05, 0.75], [-1.05, 0.75]);
    case 'diamond': return line([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]);
    case 'cross': return line([-1, -0.35], [-0.35, -0.35], [-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35]);
  }
}
