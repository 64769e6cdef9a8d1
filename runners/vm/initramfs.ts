import { createHash } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workload } from '../../core/model/workload.ts';
import { writeCpio, type CpioEntry } from './cpio.ts';

/** A guest's whole file system, kept uncompressed: unpacking would be paid in every boot. */
export interface Initramfs {
  readonly path: string;
  /** hex */
  readonly sha256: string;
}

interface Contents {
  readonly init: Uint8Array;
  /** undefined: no workload, for asking whether a guest comes up at all */
  readonly program?: Uint8Array;
  readonly workload?: Pick<Workload, 'args' | 'env' | 'stdin' | 'holdArgs'>;
  readonly held?: boolean;
  /** monitors without the debug ports: everything leaves by the first serial port */
  readonly serial?: boolean;
}

/** What native/vm-init expects to find: /init, and the workload as files in /w. */
export function initramfsEntries({ init, program, workload, held, serial }: Contents): readonly CpioEntry[] {
  const entries: CpioEntry[] = [{ path: 'init', content: init, executable: true }, { path: 'dev' }, { path: 'w' }];
  if (serial === true) entries.push({ path: 'w/serial', content: new Uint8Array() });
  if (!program || !workload) return entries;
  const args = ['/w/program', ...workload.args, ...(held === true ? (workload.holdArgs ?? []) : [])];
  const env = Object.entries(workload.env).map(([name, value]) => `${name}=${value}`);
  const input: CpioEntry =
    held === true ? { path: 'w/hold', content: new Uint8Array() } : { path: 'w/stdin', content: workload.stdin ?? new Uint8Array() };
  entries.push({ path: 'w/args', content: strings(args) }, { path: 'w/env', content: strings(env) }, input, {
    path: 'w/program',
    content: program,
    executable: true,
  });
  return entries;
}

/** Writes an initramfs to the cache, named after its content. */
export async function keepInitramfs(cacheDir: string, contents: Contents): Promise<Initramfs> {
  const bytes = writeCpio(initramfsEntries(contents));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(cacheDir, 'vm-initramfs', `${sha256}.cpio`);
  const known = await access(path).then(
    () => true,
    () => false,
  );
  if (!known) {
    await mkdir(join(path, '..'), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  }
  return { path, sha256 };
}

function strings(values: readonly string[]): Uint8Array {
  return Buffer.from(values.map((value) => `${value}\0`).join(''));
}
