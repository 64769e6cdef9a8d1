/**
 * P(Z > z) of a standard normal Z. Up to |z| = 3 the series of Abramowitz & Stegun 26.2.11, beyond it their continued fraction
 * 26.2.14, so that a
 * small tail keeps its digits.
 */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - normalTail(-z);
  return z < 3 ? 0.5 - density(z) * series(z) : density(z) / continuedFraction(z);
}

/**
 * z with P(Z ≤ z) = probability, by halving until the double no longer changes.
 * @throws RangeError for a probability outside (0, 1)
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) throw new RangeError(`a normal quantile at ${probability}`);
  if (probability < 0.5) return -normalQuantile(1 - probability);
  const tail = 1 - probability;
  let low = 0;
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
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** z + 1/(z + 2/(z + 3/(z + …))), from the far end: 200 levels are exact to a double from z = 3 on. */
function continuedFraction(z: number): number {
  let value = z;
  for (let level = 200; level >= 1; level -= 1) value = z + level / value;
  return value;
}
