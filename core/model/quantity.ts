import { z } from 'zod';

/** Longhand for "a number with its unit": `10s`, `250ms`, `4min`. A bare number is an error: the unit is part of the value. */
const DURATION_PATTERN = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|h)$/;
const NS_PER: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12 };

/** Nanoseconds of a duration text; undefined if it is not one. */
export function parseDurationNs(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  return match ? Math.round(Number(match[1]) * (NS_PER[match[2] ?? ''] ?? Number.NaN)) : undefined;
}

export const Duration = z
  .string({ error: 'a duration needs a unit: write it like 10s, 250ms or 4min' })
  .regex(DURATION_PATTERN, 'not a duration: write it like 10s, 250ms or 4min (units: ns, us, ms, s, min, h)')
  .describe('a number with its unit, e.g. 10s, 250ms, 4min');

export const Percent = z
  .string({ error: 'a share needs its unit: write it like 3%' })
  .regex(/^\d+(\.\d+)?%$/, 'not a percentage: write it like 3%')
  .describe('a percentage, e.g. 3%');

/** 0.03 of `3%` */
export function parseShare(text: string): number {
  return Number.parseFloat(text) / 100;
}

const SIZE_PATTERN = /^(\d+)\s*(B|KiB|MiB|GiB)$/;
const BYTES_PER: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Bytes of a size text; undefined if it is not one. */
export function parseBytes(text: string): number | undefined {
  const match = SIZE_PATTERN.exec(text);
  return match ? Number(match[1]) * (BYTES_PER[match[2] ?? ''] ?? Number.NaN) : undefined;
}

export const Size = z
  .string({ error: 'a size needs a unit: write it like 256MiB or 2GiB' })
  .regex(SIZE_PATTERN, 'not a size: write it like 256MiB or 2GiB (units: B, KiB, MiB, GiB)')
  .describe('a whole number with its binary unit, e.g. 256MiB, 2GiB');
