/** Where the one segment lies; any address a static program may have. */
const BASE = 0x400000;
const HEADERS = 64 + 56;

/** x86-64 machine code as a static program: ELF header, one loadable segment, no sections. `machine` 62 is x86-64. */
export function tinyElf(code: string, machine = 62): Uint8Array {
  const text = Buffer.from(code.replaceAll(' ', ''), 'hex');
  const file = Buffer.alloc(HEADERS + text.length);
  file.write('\x7fELF', 'latin1');
  file.set([2, 1, 1], 4);
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  file.writeBigUInt64LE(BigInt(BASE), 80);
  file.writeBigUInt64LE(BigInt(BASE), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.set(text, HEADERS);
  return file;
}

/** Copies up to 4096 bytes of stdin to stdout, then prints 5 bytes of its first argument there and 5 of its first variable to stderr; exits with 200. */
export const ECHO_AND_EXIT_200 =
  '488b5c2410 4c8b642420 4881ec00100000 31c0 31ff 4889e6 ba00100000 0f05 89c2 b801000000 bf01000000 4889e6 0f05' +
  'b801000000 bf01000000 4889de ba05000000 0f05 b801000000 bf02000000 4c89e6 ba05000000 0f05 b83c000000 bfc8000000 0f05';
/** ud2 */
export const ILLEGAL_INSTRUCTION = '0f0b';
/** jmp . */
export const FOR_EVER = 'ebfe';
