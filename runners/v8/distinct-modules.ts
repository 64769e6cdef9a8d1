/**
 * The module with a custom section that differs each time. V8 keeps one compiled module per sequence of bytes and hands it out again, so that
 * compiling the same bytes twice measures a look-up.
 */
export class DistinctModules {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #counter: DataView;

  constructor(module: Uint8Array) {
    const section = [0, 10, 1, 0x6e, 0, 0, 0, 0, 0, 0, 0, 0]; // id 0, 10 bytes, name “n”, 8 bytes of content
    this.#bytes = Uint8Array.from([...module, ...section]);
    this.#counter = new DataView(this.#bytes.buffer, this.#bytes.length - 8);
  }

  next(): Uint8Array<ArrayBuffer> {
    this.#counter.setUint32(0, this.#counter.getUint32(0) + 1);
    return this.#bytes;
  }
}
