import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isFound, type Tool } from '../../core/model/context.ts';
import { BenchError, messageOf } from '../../core/model/error.ts';

/** How QEMU is called on this host. */
export interface Qemu {
  /** what stands before the options */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** the program itself, for its size */
  readonly binary: string;
  readonly version: string;
}

/**
 * The QEMU that preparation found on PATH or unpacked (`qemu.json`).
 * @throws BenchError `qemu-unavailable`
 */
export async function readQemu(tool: Tool): Promise<Qemu> {
  if (!isFound(tool)) throw new BenchError({ code: 'qemu-unavailable', message: tool.missing, remedy: tool.remedy });
  try {
    if (tool.path.endsWith('.json')) return JSON.parse(await readFile(tool.path, 'utf8')) as Qemu;
    const { stdout } = await promisify(execFile)(tool.path, ['--version']);
    const version = /version (\S+(?: \([^)]*\))?)/.exec(stdout)?.[1] ?? 'unknown';
    return { argv: [tool.path], env: {}, binary: tool.path, version };
  } catch (error) {
    throw new BenchError({
      code: 'qemu-unavailable',
      message: `QEMU cannot be used (${tool.path}): ${messageOf(error)}`,
      remedy: 'npm run setup -- --only qemu',
      cause: error,
    });
  }
}
