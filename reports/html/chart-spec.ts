import type { ShownUnit } from '../format.ts';

/** What a chart shows, as data; the browser side (client/) decides only how it is painted. */
export type ChartSpec = RowSpec | XySpec;

/** A row per cell, values across. */
export type RowSpec = BoxSpec | StackSpec | DotSpec;

interface Chart {
  /** of the canvas */
  readonly id: string;
  /** of the values: across in charts of rows, upwards in the others */
  readonly unit: ShownUnit;
  readonly axisTitle: string;
}
interface RowChart extends Chart {
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
export interface BoxSpec extends RowChart {
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
export interface StackSpec extends RowChart {
  readonly kind: 'stack';
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  readonly markName: string;
  readonly marks: readonly (number | null)[];
  /** a line through each mark: the range it is believed to lie in */
  readonly ranges?: readonly (Omit<Dot, 'value'> | null)[];
}

/** Points with interval; each series has its own shape. */
export interface DotSpec extends RowChart {
  readonly kind: 'dots';
  readonly axis: 'linear' | 'logarithmic';
  readonly series: readonly { readonly name: string; readonly points: readonly (Dot | null)[] }[];
}
export interface Dot {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Points, lines and bands over a number (of instances, of GiB). Both axes are logarithmic: across in doublings, upwards in decades. */
export interface XySpec extends Chart {
  readonly kind: 'xy';
  readonly across: {
    readonly title: string;
    /** behind each number of the axis, e.g. ` GiB` */
    readonly suffix: string;
    /** 0 has a place on the axis: positions are those of x + 1, as labels stay those of x */
    readonly fromZero: boolean;
  };
  readonly series: readonly XySeries[];
}
export interface XySeries {
  readonly name: string;
  readonly look: number;
  /** tells variants of one runner apart: 0 solid and full, 1 dashed and hollow, 2 dotted and half full, … */
  readonly variant: number;
  readonly points: readonly XyPoint[];
  /** each a line through its points */
  readonly paths: readonly (readonly XyPlace[])[];
  readonly band: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}
export interface XyPlace {
  readonly x: number;
  readonly y: number;
}
export interface XyPoint extends XyPlace {
  readonly low?: number;
  readonly high?: number;
  /** drawn as a cross: measured, and not acceptable */
  readonly refused?: true;
}

/** What a page needs to carry besides the specs. */
export interface ChartData {
  readonly runId: string;
  readonly charts: readonly ChartSpec[];
}
