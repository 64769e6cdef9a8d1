import { at } from './quantile.ts';

/** An interval whose bounds are in the unit of what it is about. */
export interface MeanInterval {
  readonly method: 'student-t';
  /** nominal level, e.g. 0.95 */
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Student's interval of a mean (Student 1908): mean ± t·sd/√n with n − 1 degrees of freedom. Exact for normal values, in practice
 * conservative for
 * heavy tails: an outlier widens it. Undefined below two values.
 */
export function studentInterval(values: readonly number[], level = 0.95): MeanInterval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(level, n - 1) * Math.sqrt(variance / n);
  return { method: 'student-t', level, low: mean - half, high: mean + half };
}

/**
 * t with P(|T| ≤ t) = level, by halving until the double no longer changes.
 * @throws RangeError for a level outside (0, 1) or degrees of freedom that are not a whole number from 1 on
 */
export function studentQuantile(level: number, degrees: number): number {
  const known = quantiles.get(degrees)?.get(level);
  if (known !== undefined) return known;
  const found = findQuantile(level, degrees);
  quantiles.set(degrees, (quantiles.get(degrees) ?? new Map<number, number>()).set(level, found));
  return found;
}

/** By degrees of freedom and level: a simulation asks for the same few a million times. */
const quantiles = new Map<number, Map<number, number>>();

function findQuantile(level: number, degrees: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`an interval at level ${level}`);
  if (!Number.isInteger(degrees) || degrees < 1) throw new RangeError(`Student's t with ${degrees} degrees of freedom`);
  let low = 0;
  let high = 1;
  while (withinStudent(high, degrees) < level) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (withinStudent(middle, degrees) < level) low = middle;
    else high = middle;
  }
}

/** P(T > t) with `degrees` of freedom; ± ∞ are legal. Good to about 1e-15 absolutely, so smaller tails are only said to be that small. */
export function studentTail(t: number, degrees: number): number {
  const within = withinStudent(Math.abs(t), degrees);
  return t < 0 ? (1 + within) / 2 : Math.max(0, (1 - within) / 2);
}

/** P(|T| ≤ t): the finite sums of Abramowitz & Stegun 26.7.3 (odd degrees) and 26.7.4 (even degrees). */
function withinStudent(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  const terms = odd ? [cosine] : [1];
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    terms.push(at(terms, terms.length - 1) * ((power - 1) / power) * cosine ** 2);
  }
  const sum = degrees === 1 ? 0 : Math.sin(angle) * terms.reduce((total, term) => total + term, 0);
  return odd ? (2 / Math.PI) * (angle + sum) : sum;
}
