import fc from 'fast-check';
import { HOSTILE } from './gate-reports.ts';

/** Any sequence of UTF-16 units, halves of pairs among them, control characters more often than by chance; and what people write. */
export const anyText = fc.oneof(
  fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x9f }))).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: 'grapheme' }),
  fc.constant(HOSTILE),
);
