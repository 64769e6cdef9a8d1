import { readFileSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { codeOf } from '../../core/model/error.ts';
import type { EnergyFiles } from './source.ts';

/** The kernel's files as they are. */
export const ENERGY_FILES: EnergyFiles = {
  list: async (folder) => readdir(folder),
  real: async (path) => realpath(path),
  read: (path) => readFileSync(path, 'utf8'),
};

/** Content of a small file without its line end, or the errno why not. */
export type ReadText = { readonly text: string } | { readonly error: string };

export function textOf(files: EnergyFiles, path: string): ReadText {
  try {
    return { text: files.read(path).trim() };
  } catch (error) {
    return { error: codeOf(error) };
  }
}

/** A whole positive number in a file; undefined where it is not there, not readable, not a number or 0. */
export function positiveIn(files: EnergyFiles, path: string): bigint | undefined {
  const found = textOf(files, path);
  if (!('text' in found) || !/^\d+$/.test(found.text)) return undefined;
  const value = BigInt(found.text);
  return value > 0n ? value : undefined;
}

/** Names in a folder, or the errno why not. */
export async function namesIn(files: EnergyFiles, folder: string): Promise<readonly string[] | { readonly error: string }> {
  try {
    return (await files.list(folder)).toSorted();
  } catch (error) {
    return { error: codeOf(error) };
  }
}

/** May not, as opposed to cannot. */
export function isDenied(errno: string): boolean {
  return errno === 'EACCES' || errno === 'EPERM';
}
