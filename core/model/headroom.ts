/** One limit that can end a ramp: what is used of it, its maximum (absent: none), and where both were read. */
export interface Headroom {
  /** identifier, as the `limit` event names it */
  readonly limit: string;
  readonly used: number;
  readonly max?: number;
  readonly origin: string;
}
