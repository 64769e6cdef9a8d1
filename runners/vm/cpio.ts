/** One entry of an initramfs. Parents come before what is in them. */
export interface CpioEntry {
  /** without a leading slash */
  readonly path: string;
  /** undefined: a folder */
  readonly content?: Uint8Array;
  readonly executable?: boolean;
}

const MAGIC = '070701';
const FOLDER = 0o040755;
const FILE = 0o100644;
const PROGRAM = 0o100755;
const TRAILER = 'TRAILER!!!';

/**
 * An archive in cpio's “newc” format, the one the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst): ASCII header of 13
 * hexadecimal fields, name and content each padded to 4 bytes. Owner 0, time 0: the same entries give the same bytes.
 */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [index, { path, content, executable }] of entries.entries()) {
    const mode = content === undefined ? FOLDER : executable === true ? PROGRAM : FILE;
    parts.push(header(path, index + 1, mode, content?.length ?? 0), ...(content === undefined ? [] : [padded(content)]));
  }
  parts.push(header(TRAILER, 0, 0, 0));
  return Buffer.concat(parts);
}

function header(name: string, inode: number, mode: number, size: number): Uint8Array {
  const nameBytes = Buffer.from(`${name}\0`);
  const links = mode === FOLDER ? 2 : 1;
  // inode, mode, uid, gid, links, time, size, device (2), device of a device file (2), name's length, checksum (unused)
  const fields = [inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, nameBytes.length, 0];
  return padded(Buffer.concat([Buffer.from(MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('')), nameBytes]));
}

function padded(bytes: Uint8Array): Uint8Array {
  const rest = (4 - (bytes.length % 4)) % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}
