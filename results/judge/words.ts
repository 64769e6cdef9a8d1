import type { PairedRatio } from '../../core/model/summary.ts';

/** `1.0213` as `1.02`, `0.00513` as `0.00513`: three significant digits, plain decimals. */
export function ratioText(ratio: number): string {
  const text = ratio.toPrecision(3);
  return text.includes('e') ? String(Number(text)) : text;
}

/** `1.02 [0.99, 1.05] (n = 30)`. */
export function evidenceText({ estimate, interval, pairs }: PairedRatio): string {
  const range = interval ? ` [${ratioText(interval.low)}, ${ratioText(interval.high)}]` : '';
  return `${ratioText(estimate)}${range} (n = ${pairs})`;
}

/** `12.5 %` of 0.125: three significant digits, none that say nothing. */
export function shareText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** The part of a cell's id after its scenario: `<runner>/<variant>/<workload>`. */
export function shortName(cellId: string): string {
  return cellId.slice(cellId.indexOf(':') + 1);
}

/** Seconds with the unit that keeps the figure readable. */
export function secondsText(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toPrecision(3)} ms`;
  return seconds >= 1e-6 ? `${(seconds * 1e6).toPrecision(3)} µs` : `${(seconds * 1e9).toPrecision(3)} ns`;
}
