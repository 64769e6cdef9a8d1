import { median } from './quantile.ts';

export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  /** y per x */
  readonly slope: number;
  /** y at x = 0 */
  readonly intercept: number;
}

/**
 * Theil–Sen line (Theil 1950; Sen 1968, §5 for points of equal x): the slope is the median of the slopes of all pairs of points whose x differ, the
 * intercept the median of y − slope·x, so half of the points lie above the line. Up to 29 % of the points may be anything without
 * moving it far. Undefined where all x are equal.
 */
export function theilSen(points: readonly PlanePoint[]): Line | undefined {
  const slopes = pairwiseSlopes(points);
  if (slopes.length === 0) return undefined;
  const slope = median(slopes);
  return { slope, intercept: median(points.map(({ x, y }) => y - slope * x)) };
}

function pairwiseSlopes(points: readonly PlanePoint[]): number[] {
  const slopes: number[] = [];
  for (const [index, left] of points.entries()) {
    for (const right of points.slice(index + 1)) {
      if (left.x !== right.x) slopes.push((right.y - left.y) / (right.x - left.x));
    }
  }
  return slopes;
}
