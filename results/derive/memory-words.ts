import type { MemoryFit } from '../../core/model/density.ts';

const MIB = 1024 * 1024;

/** `1234 B`, `10485760 B (10.0 MiB)`: whole bytes, from a MiB on with a figure to read. */
export function bytesText(bytes: number): string {
  const whole = `${Math.round(bytes)} B`;
  return Math.abs(bytes) >= MIB ? `${whole} (${(bytes / MIB).toPrecision(3)} MiB)` : whole;
}

/** `1234 B [1200, 1300]` */
export function estimateText({ estimate, interval }: NonNullable<MemoryFit['slope']>): string {
  const range = interval ? ` [${Math.round(interval.low)}, ${Math.round(interval.high)}]` : '';
  return `${bytesText(estimate)}${range}`;
}

/** `10.5 %` */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
