import { BenchError } from '../../core/model/error.ts';

const MACHINE_X86_64 = 62;
const SEGMENT_INTERPRETER = 3;

/**
 * Refuses, before anything boots, what cannot run in the guest (ELF header and program headers: System V ABI, chapter 4).
 * @throws BenchError `binary-unsuitable`: no ELF file, another architecture, or linked dynamically (the guest has no libraries)
 */
export function checkGuestBinary(bytes: Uint8Array, path: string): void {
  const refuse = (why: string, remedy: string): never => {
    throw new BenchError({ code: 'binary-unsuitable', message: `${path} cannot run in the guest: ${why}`, remedy });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) {
    const wasm = bytes.length >= 4 && view.getUint32(0) === 0x0061736d;
    refuse(wasm ? 'it is a WebAssembly module' : 'it is no ELF file', 'name a Linux executable under “binary”');
  }
  const machine = view.getUint16(18, true);
  if (bytes[4] !== 2 || bytes[5] !== 1 || machine !== MACHINE_X86_64) {
    refuse(
      `it is built for another machine (ELF machine ${machine}), the guest is x86-64`,
      'build it for x86_64-unknown-linux-gnu or -musl',
    );
  }
  const [table, size, count] = [Number(view.getBigUint64(32, true)), view.getUint16(54, true), view.getUint16(56, true)];
  for (let index = 0; index < count; index += 1) {
    const at = table + index * size;
    if (at + 4 <= bytes.length && view.getUint32(at, true) === SEGMENT_INTERPRETER) {
      refuse(
        'it is linked dynamically, and the guest has no libraries',
        'link it statically (Rust: -C target-feature=+crt-static; C: -static)',
      );
    }
  }
}
