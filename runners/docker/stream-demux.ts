const HEADER_BYTES = 8;
const STDOUT = 1;
const STDERR_TAIL_BYTES = 4096;

/**
 * Takes an attach stream apart (Engine API, “Stream format”: 8-byte header = stream type, three zero bytes, big-endian length; then the
 * payload) and notes when the first byte of the program's output came. Chunks may end anywhere, inside a header too.
 */
export class StreamDemux {
  /** stamp of the chunk that held the first byte of stdout */
  firstOutputNs: number | undefined;
  stdoutTruncated = false;
  readonly #limitBytes: number;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #payloadLeft = 0;
  readonly #stdout: Uint8Array[] = [];
  #stdoutBytes = 0;
  #stderr = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** `atNs`: taken when the chunk arrived, before any work on it. @returns how many bytes of stdout were in it, kept or not */
  push(chunk: Uint8Array, atNs: number): number {
    let outputBytes = 0;
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#payloadLeft === 0) {
        const taken = Math.min(HEADER_BYTES - this.#headerBytes, chunk.length - offset);
        this.#header.set(chunk.subarray(offset, offset + taken), this.#headerBytes);
        this.#headerBytes += taken;
        offset += taken;
        if (this.#headerBytes < HEADER_BYTES) return outputBytes;
        this.#headerBytes = 0;
        this.#payloadLeft = this.#header.readUInt32BE(4);
        continue;
      }
      const taken = Math.min(this.#payloadLeft, chunk.length - offset);
      this.#keep(chunk.subarray(offset, offset + taken), atNs);
      if (this.#header[0] === STDOUT) outputBytes += taken;
      this.#payloadLeft -= taken;
      offset += taken;
    }
    return outputBytes;
  }

  get stdout(): Uint8Array {
    return Buffer.concat(this.#stdout);
  }

  get stderrTail(): string {
    return this.#stderr.toString('utf8');
  }

  #keep(payload: Uint8Array, atNs: number): void {
    if (this.#header[0] !== STDOUT) {
      this.#stderr = Buffer.concat([this.#stderr, payload]).subarray(-STDERR_TAIL_BYTES);
      return;
    }
    this.firstOutputNs ??= atNs;
    const room = this.#limitBytes - this.#stdoutBytes;
    if (payload.length > room) this.stdoutTruncated = true;
    const kept = payload.subarray(0, room);
    if (kept.length === 0) return;
    // a copy: the chunk's buffer belongs to the socket
    this.#stdout.push(Uint8Array.from(kept));
    this.#stdoutBytes += kept.length;
  }
}
