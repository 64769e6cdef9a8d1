/**
 * P(Z > z) of the standard normal distribution. Abramowitz & Stegun 26.2.11 (power series, all terms positive) up to |z| = 3, their continued
 * fraction 26.2.14 beyond, so that far tails keep their digits.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - normalTail(-z);
  if (z === Number.POSITIVE_INFINITY) return 0;
  return z < 3 ? 0.5 - density(z) * oddSeries(z) : density(z) / continuedFraction(z);
}

/**
 * z with P(Z > z) = tail, by halving until the double no longer changes.
 * @throws RangeError for a tail outside (0, 1)
 */
export function normalQuantile(tail: number): number {
  if (!(tail > 0 && tail < 1)) throw new RangeError(`a normal quantile at ${tail}`);
  let low = -40;
  let high = 40;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** z + z³/3 + z⁵/(3·5) + … */
function oddSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** z + 1/(z + 2/(z + 3/(z + …))): a hundred levels are more than z ≥ 3 needs. */
function continuedFraction(z: number): number {
  let value = z;
  for (let level = 100; level >= 1; level -= 1) value = z + level / value;
  return value;
}
