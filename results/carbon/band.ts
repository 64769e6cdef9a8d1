import type { Band } from '../../core/model/energy.ts';

/** A value without a range. */
export function exact(value: number): Band {
  return { low: value, central: value, high: value };
}

export function scaled({ low, central, high }: Band, factor: number): Band {
  const ends = [low * factor, high * factor];
  return ordered(ends, central * factor);
}

export function sum(...bands: readonly Band[]): Band {
  const total = { low: 0, central: 0, high: 0 };
  for (const { low, central, high } of bands) {
    total.low += low;
    total.central += central;
    total.high += high;
  }
  return total;
}

/** Interval product: the smallest and largest product of the ends, the product of the central values between them. */
export function product(x: Band, y: Band): Band {
  return ordered([x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high], x.central * y.central);
}

/** The larger of two quantities, whichever that is. */
export function larger(x: Band, y: Band): Band {
  return { low: Math.max(x.low, y.low), central: Math.max(x.central, y.central), high: Math.max(x.high, y.high) };
}

/** `central` with the widest of several ranges. */
export function spanning(central: number, ...values: readonly number[]): Band {
  return ordered(values, central);
}

/** Rounding must not put the central value outside its range. */
function ordered(ends: readonly number[], central: number): Band {
  return { low: Math.min(central, ...ends), central, high: Math.max(central, ...ends) };
}
