import type { Unit } from '../../core/model/vocabulary.ts';

/** What a chart shows, as data; the browser side (client/) decides only how it is painted. */
export type ChartSpec = BoxSpec | StackSpec | DotSpec;

interface Chart {
  /** of the canvas */
  readonly id: string;
  readonly unit: Unit;
  readonly axisTitle: string;
  readonly rows: readonly ChartRow[];
}

export interface ChartRow {
  readonly name: string;
  /** second line of the row's label: rung, role, n */
  readonly detail: string;
  /** at the right edge: the value, or why there is none */
  readonly text: string;
  /** index into the palette and the point shapes: the same technology looks the same in every chart */
  readonly look: number;
}

/**
 * Box = quartiles (type 7), whiskers = last value within 1.5 IQR; `items` are all values. Logarithmic axis.
 */
export interface BoxSpec extends Chart {
  readonly kind: 'box';
  readonly min: number;
  readonly max: number;
  readonly boxes: readonly (Box | null)[];
  readonly lines: readonly { readonly value: number; readonly label: string }[];
}
export interface Box {
  readonly min: number;
  readonly whiskerMin: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly whiskerMax: number;
  readonly max: number;
  readonly items: readonly number[];
}

/** Stacked lengths from 0 on a linear axis; `marks` is one more point per row with its own meaning. */
export interface StackSpec extends Chart {
  readonly kind: 'stack';
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly markName: string;
  readonly marks: readonly (number | null)[];
}

/** Points with interval; each series has its own shape. */
export interface DotSpec extends Chart {
  readonly kind: 'dots';
  readonly axis: 'linear' | 'logarithmic';
  readonly series: readonly { readonly name: string; readonly points: readonly (Dot | null)[] }[];
}
export interface Dot {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** What a page needs to carry besides the specs. */
export interface ChartData {
  readonly runId: string;
  readonly charts: readonly ChartSpec[];
}
