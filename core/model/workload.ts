/** A program with its input and the output that proves it did its work, resolved to files: what a runner prepares. */
export interface Workload {
  readonly id: string;
  readonly source: 'builtin' | 'user';
  /** absolute paths; absent where the workload has no such form */
  readonly artifacts: {
    readonly binary?: string;
    readonly wasm?: string;
    /** image reference on the engine (user workloads only: images of our own are made from `binary`) */
    readonly image?: string;
  };
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array | undefined;
  readonly expected: ExpectedOutput;
  /**
   * Arguments that make the program wait for end-of-file on stdin after its output, so that it can be read while it lives;
   * undefined: it cannot be held.
   */
  readonly holdArgs: readonly string[] | undefined;
  /** exported Wasm function without parameters or results that warm loops call; undefined: none */
  readonly loopFunction: string | undefined;
  /** what the bytes were built with, for the record: compiler, flags, source hash */
  readonly versions: Readonly<Record<string, string>>;
}

export type ExpectedOutput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'sha256'; readonly sha256: string }
  /** the floor program: prints nothing, so it has an exit but no first byte */
  | { readonly kind: 'nothing' };
