import { readFile } from 'node:fs/promises';

/** A kernel file with one number; undefined where it is not there or says “max”. */
export async function numberIn(path: string): Promise<number | undefined> {
  const text = (await textIn(path)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** A kernel file, or nothing where it is not there. */
export async function textIn(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** v1 writes “no limit” as the largest page-aligned number. */
const UNLIMITED = 2 ** 62;

/** As the `max` of a headroom: absent where there is none. */
export function maximum(value: number | undefined): { readonly max?: number } {
  return value === undefined || value >= UNLIMITED ? {} : { max: value };
}
