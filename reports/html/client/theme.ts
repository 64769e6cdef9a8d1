import type { PointStyle } from 'chart.js';

/** Colours of the page's CSS tokens: one source for page and canvas. */
export interface Theme {
  readonly text: string;
  readonly quiet: string;
  readonly grid: string;
  readonly background: string;
  /** Okabe–Ito blue, vermillion, green, purple and the strongest contrast: 3 : 1 on both backgrounds */
  readonly palette: readonly string[];
  readonly font: string;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: token('--text'),
    quiet: token('--quiet'),
    grid: token('--grid'),
    background: token('--background'),
    palette: ['--blue', '--vermillion', '--green', '--purple', '--ink'].map(token),
    font: getComputedStyle(document.body).fontFamily,
  };
}

const SHAPES: readonly PointStyle[] = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot'];

/** Shape and colour have different periods, so 30 looks differ and none differs by colour alone. */
export function shapeOf(look: number): PointStyle {
  return SHAPES[look % SHAPES.length] ?? 'circle';
}

export function colourOf(theme: Theme, look: number): string {
  return theme.palette[look % theme.palette.length] ?? theme.text;
}

/** Same colour, let through: box fills under points. */
export function translucent(hex: string): string {
  return `${hex}33`;
}

/** Number inside a segment: whichever of black and white stands out more (WCAG relative luminance). */
export function textOn(hex: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

/** Stripes of the background over a colour: the second round through the palette is told apart without it. */
export function striped(colour: string, background: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const context = tile.getContext('2d');
  if (!context) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, 8, 8);
  context.strokeStyle = background;
  context.lineWidth = 2;
  for (const offset of [-8, 0, 8]) {
    context.moveTo(offset, 8);
    context.lineTo(offset + 8, 0);
  }
  context.stroke();
  return context.createPattern(tile, 'repeat') ?? colour;
}
