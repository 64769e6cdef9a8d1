declare module 'parse-prometheus-text-format' {
  export interface MetricFamily {
    readonly name: string;
    readonly type: string;
    readonly help: string;
    readonly metrics: readonly { readonly value?: string; readonly labels?: Readonly<Record<string, string>> }[];
  }
  export default function parse(text: string): MetricFamily[];
}
