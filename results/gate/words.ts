import type { Change } from '../../core/model/gate-report.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import { secondsText } from '../judge/words.ts';

/** `+14.2 %` of 1.142. */
export function percentText(ratio: number): string {
  const percent = (ratio - 1) * 100;
  const text = Math.abs(percent) >= 1000 ? Math.abs(percent).toFixed(0) : Math.abs(percent).toFixed(1);
  return `${percent < 0 && Number(text) !== 0 ? '−' : '+'}${text} %`;
}

/** `+14.2 % [+11.0, +17.5]`. */
export function changeText({ estimate, low, high }: Change): string {
  const bound = (ratio: number): string => percentText(ratio).replace(' %', '');
  return low === undefined || high === undefined ? percentText(estimate) : `${percentText(estimate)} [${bound(low)}, ${bound(high)}]`;
}

/** A value with its unit, three digits. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 's') return secondsText(value);
  const text = Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return unit === '1' ? text : `${text} ${unit}`;
}
