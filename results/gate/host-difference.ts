import type { Fact } from '../../core/model/manifest.ts';

export interface FieldDifference {
  readonly field: string;
  readonly a: string;
  readonly b: string;
}

/** Fields of two hosts that differ; an unknown fact equals an unknown fact, whatever the reason, as in the key. */
export function differingFields(a: Readonly<Record<string, Fact>>, b: Readonly<Record<string, Fact>>): FieldDifference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .map((field) => ({ field, a: factText(a[field]), b: factText(b[field]) }))
    .filter((one) => one.a !== one.b);
}

/** `cpu_count 4 (baseline), 2 (here); kernel …`. */
export function fieldsText(fields: readonly FieldDifference[], nameA: string, nameB: string): string {
  if (fields.length === 0) return 'the keys differ, but no field that both know does: another version of the suite made one of them';
  return fields.map(({ field, a, b }) => `${field} ${a} (${nameA}), ${b} (${nameB})`).join('; ');
}

function factText(fact: Fact | undefined): string {
  return fact && 'value' in fact ? String(fact.value) : 'unknown';
}
