import { BenchError } from '../../core/model/error.ts';
import { readArtifact } from './file-digest.ts';

export type ArtifactKind = 'elf' | 'script' | 'module' | 'component' | 'unknown';

/** ELF e_machine (System V ABI) of the architectures Node runs on. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** What a program file is, by its first bytes: ELF, a script, a core Wasm module (version 1) or a component (layer 1, WASI 0.2 and later). */
export function kindOfBytes(bytes: Uint8Array): ArtifactKind {
  const head = Buffer.from(bytes.subarray(0, 8));
  if (head.subarray(0, 4).equals(Buffer.from('\x7fELF'))) return 'elf';
  if (head.subarray(0, 2).equals(Buffer.from('#!'))) return 'script';
  if (!head.subarray(0, 4).equals(Buffer.from('\0asm'))) return 'unknown';
  return head.length === 8 && head.readUInt16LE(6) === 0 ? 'module' : 'component';
}

/** A `.wasm` to be run as a WASI preview 1 command. @throws BenchError `artifact-missing`, `not-wasm`, `wasi-version` */
export async function readModule(path: string): Promise<Buffer> {
  const bytes = await readArtifact(path);
  const kind = kindOfBytes(bytes);
  if (kind === 'module') return bytes;
  if (kind === 'component') {
    throw new BenchError({
      code: 'wasi-version',
      message: `${path} is a component (WASI 0.2 or later); modules of WASI preview 1 run here`,
      remedy: 'build it for wasm32-wasip1',
    });
  }
  const what = { elf: 'a Linux executable', script: 'a script', unknown: 'no WebAssembly module' }[kind];
  throw new BenchError({
    code: 'not-wasm',
    message: `${path} is ${what}`,
    remedy: 'name a .wasm file under “wasm”, an executable under “binary”',
  });
}

/** An executable for this machine (a script counts). @throws BenchError `artifact-missing`, `not-executable`, `architecture` */
export async function readProgram(path: string): Promise<Buffer> {
  const bytes = await readArtifact(path);
  const kind = kindOfBytes(bytes);
  if (kind !== 'elf' && kind !== 'script') {
    const what = kind === 'unknown' ? 'no executable' : 'WebAssembly';
    throw new BenchError({
      code: 'not-executable',
      message: `${path} is ${what}`,
      remedy: 'name a .wasm file under “wasm”, an executable under “binary”',
    });
  }
  const machine = kind === 'elf' && bytes.length >= 20 ? bytes.readUInt16LE(18) : undefined;
  const own = MACHINES[process.arch];
  if (machine !== undefined && own !== undefined && machine !== own) {
    throw new BenchError({
      code: 'architecture',
      message: `${path} is built for another architecture (ELF machine ${machine}; this host is ${process.arch})`,
      remedy: `build it for ${process.arch}`,
    });
  }
  return bytes;
}
