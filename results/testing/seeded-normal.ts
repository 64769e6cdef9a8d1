import { seededRandom } from '../../core/plan/random.ts';

/** Standard normal numbers from a seed (Box & Muller 1958), for the coverage simulations of the tests. */
export function seededNormal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
