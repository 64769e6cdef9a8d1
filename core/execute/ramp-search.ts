/**
 * The search for the largest acceptable fleet: 1, 2, 4, 8 … until a level is not acceptable, then the middle between the largest good and the smallest bad
 * one until they are neighbours. A start that failed with k − 1 instances resident makes k bad and has k − 1 looked at next: if that is good, the answer
 * is exact without a bisection.
 */
export class RampSearch {
  /** largest level known to be acceptable; none at all is */
  good = 0;
  #bad: number | undefined;
  #next: number | undefined;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** the level to look at; undefined: the answer is `good` */
  next(): number | undefined {
    if (this.#next !== undefined && this.#next > this.good) return this.#next;
    if (this.#bad === undefined) return this.good < this.#most ? Math.min(Math.max(1, this.good * 2), this.#most) : undefined;
    return this.#bad - this.good > 1 ? Math.floor((this.good + this.#bad) / 2) : undefined;
  }

  /** no level was bad: the ramp has reached what it may */
  get atMost(): boolean {
    return this.#bad === undefined && this.good >= this.#most;
  }

  accept(level: number): void {
    this.#next = undefined;
    this.good = Math.max(this.good, level);
  }

  /** `instead`: resident instances to look at next, where the failure left them as they were */
  refuse(level: number, instead?: number): void {
    this.#bad = Math.min(level, this.#bad ?? level);
    this.#next = instead;
    // a level that was good once and is bad now is not good
    this.good = Math.max(0, Math.min(this.good, this.#bad - 1));
  }
}
