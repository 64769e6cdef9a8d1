import type { Band } from '../core/model/energy.ts';
import type { Interval, PairedRatio } from '../core/model/summary.ts';
import type { Unit } from '../core/model/vocabulary.ts';

/** A unit a value is shown in: `value / divisor` followed by `symbol`. */
export interface Scale {
  readonly divisor: number;
  readonly symbol: string;
}

/** Units of the record, and grams of CO2 equivalent, which only derived figures have. */
export type ShownUnit = Unit | 'g';

/** SI prefixes only, largest first; bytes are decimal (1 MB = 10⁶ B). */
const SCALES: Readonly<Record<ShownUnit, readonly Scale[]>> = {
  s: prefixed('s', [1, 'm', 'µ', 'n']),
  B: [
    { divisor: 1e12, symbol: 'TB' },
    { divisor: 1e9, symbol: 'GB' },
    { divisor: 1e6, symbol: 'MB' },
    { divisor: 1e3, symbol: 'kB' },
    { divisor: 1, symbol: 'B' },
  ],
  J: [{ divisor: 1e6, symbol: 'MJ' }, { divisor: 1e3, symbol: 'kJ' }, ...prefixed('J', [1, 'm', 'µ', 'n'])],
  W: prefixed('W', [1, 'm', 'µ']),
  g: [{ divisor: 1e3, symbol: 'kg' }, ...prefixed('g', [1, 'm', 'µ', 'n', 'p'])],
  '1': [{ divisor: 1, symbol: '' }],
};

function prefixed(symbol: string, prefixes: readonly (1 | 'm' | 'µ' | 'n' | 'p')[]): Scale[] {
  return prefixes.map((prefix, index) => ({
    divisor: 1 / 1000 ** index,
    symbol: prefix === 1 ? symbol : prefix + symbol,
  }));
}

/**
 * The scale in which the value, once rounded to three digits, is at least 1; the smallest scale for anything
 * below.
 */
export function scaleFor(value: number, unit: ShownUnit): Scale {
  const rounded = Number(Math.abs(value).toPrecision(3));
  const scales = SCALES[unit];
  const smallest = scales.at(-1) ?? { divisor: 1, symbol: '' };
  if (rounded === 0) return scales.find((scale) => scale.divisor === 1) ?? smallest;
  return scales.find((scale) => rounded >= scale.divisor * (1 - 1e-12)) ?? smallest;
}

/** Three significant digits, without exponent between 10⁻⁴ and 10¹². */
export function significant(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const magnitude = Math.floor(Math.log10(Math.abs(rounded)) + 1e-12);
  if (magnitude < -4 || magnitude >= 12) return rounded.toExponential(2);
  return rounded.toFixed(Math.max(0, 2 - magnitude));
}

/** `0.2513, s` → `251 ms`. Whole bytes below 1 kB stay whole. */
export function quantity(value: number, unit: ShownUnit): string {
  const scale = scaleFor(value, unit);
  return withSymbol(inScale(value, unit, scale), scale);
}

/** `[245, 259]`, in the scale of the value it belongs to. */
export function bounds(interval: Pick<Interval, 'low' | 'high'>, unit: Unit, scale: Scale): string {
  return `[${inScale(interval.low, unit, scale)}, ${inScale(interval.high, unit, scale)}]`;
}

/** `251 ms [245, 259]`; without an interval only the value. */
export function estimate(value: number, interval: Interval | undefined, unit: Unit): string {
  if (!interval || interval.method === 'exact') return quantity(value, unit);
  return `${quantity(value, unit)} ${bounds(interval, unit, scaleFor(value, unit))}`;
}

/** `3.1 J [2.4–3.9]`: a range of belief, not a confidence interval, so it is written otherwise. */
export function bandText(band: Band, unit: ShownUnit): string {
  const scale = scaleFor(band.central, unit);
  const [low, high] = [band.low, band.high].map((bound) => inScale(bound, unit, scale));
  return low === high ? quantity(band.central, unit) : `${quantity(band.central, unit)} [${low}–${high}]`;
}

/** `42.0×`. */
export function times(value: number): string {
  return `${significant(value)}×`;
}

/** `42.0× [40.1, 43.9]`. */
export function ratioText(ratio: PairedRatio): string {
  if (!ratio.interval) return times(ratio.estimate);
  return `${times(ratio.estimate)} [${significant(ratio.interval.low)}, ${significant(ratio.interval.high)}]`;
}

/** `42.0× process/native [40.1, 43.9]`. */
export function ratioTo(ratio: PairedRatio, name: string): string {
  return ratioText(ratio).replace('×', `× ${name}`);
}

/** `0.95` → `95 %`. */
export function percent(share: number): string {
  return `${significant(share * 100).replace(/\.0+$/, '')} %`;
}

/** `1 round`, `30 rounds`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

function inScale(value: number, unit: ShownUnit, scale: Scale): string {
  const scaled = value / scale.divisor;
  if (unit === 'B' && scale.divisor === 1 && Number.isInteger(scaled)) return String(scaled);
  return significant(scaled);
}

function withSymbol(text: string, scale: Scale): string {
  return scale.symbol === '' ? text : `${text} ${scale.symbol}`;
}
