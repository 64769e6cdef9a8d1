import { BenchError } from '../../core/model/error.ts';
import { kindOfBytes, readProgram } from '../native/artifact-kind.ts';

const SEGMENT_INTERPRETER = 3;

/**
 * A program that can run as the only file of a guest; refused before anything boots (program headers: System V ABI, chapter 5).
 * @throws BenchError `artifact-missing`, `not-executable`, `architecture`; `binary-unsuitable`: a script, or linked dynamically
 */
export async function readGuestProgram(path: string): Promise<Uint8Array> {
  const bytes = await readProgram(path);
  const why = obstacleOf(bytes);
  if (why === undefined) return bytes;
  throw new BenchError({
    code: 'binary-unsuitable',
    message: `${path} cannot run in the guest: ${why}`,
    remedy: 'name a static executable (Rust: -C target-feature=+crt-static; C: -static)',
  });
}

/** Why a guest that holds nothing but this file could not run it. */
export function obstacleOf(bytes: Uint8Array): string | undefined {
  if (kindOfBytes(bytes) === 'script') return 'it is a script, and the guest has no interpreter';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || bytes[4] !== 2) return 'it is no 64-bit program';
  const [table, size, count] = [Number(view.getBigUint64(32, true)), view.getUint16(54, true), view.getUint16(56, true)];
  const segments = Array.from({ length: count }, (_, index) => table + index * size).filter((at) => at + 4 <= bytes.length);
  const dynamic = segments.some((at) => view.getUint32(at, true) === SEGMENT_INTERPRETER);
  return dynamic ? 'it is linked dynamically, and the guest has no libraries' : undefined;
}
