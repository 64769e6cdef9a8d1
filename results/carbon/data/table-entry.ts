import type { Band } from '../../../core/model/energy.ts';

/** One number of a table, as it is shipped: derived figures and single quoted ones, each with where it is from. */
export interface TableEntry extends Band {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** of what it describes, not of when it was copied */
  readonly year: number;
  readonly source: string;
  readonly licence: string;
  /** a run later than `year` by more than this calls it stale */
  readonly maxAgeYears: number;
}
