import { z } from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const GuestFile = z.strictObject({ sha256: Sha256, bytes: z.int().positive() });

/** `manifest.json` beside the built workloads: what they were built from and with, and what came out. */
export const GuestManifest = z.strictObject({
  /** over every file the build reads (`guestSources`) and the recipe's version */
  sourceSha256: Sha256,
  toolchain: z.strictObject({
    /** `bundle`: Debian packages unpacked into the cache · `host`: the user's own */
    origin: z.enum(['bundle', 'host']),
    rustc: z.string(),
    cargo: z.string(),
    linkers: z.strictObject({ native: z.string(), wasm: z.string() }),
  }),
  targets: z.strictObject({ native: z.string(), wasm: z.string(), wasmLoop: z.string() }),
  rustflags: z.strictObject({ native: z.string(), wasm: z.string() }),
  workloads: z.record(z.string(), z.strictObject({ native: GuestFile, 'module.wasm': GuestFile })),
});
export type GuestManifest = z.infer<typeof GuestManifest>;

export const GUEST_FILES = ['native', 'module.wasm'] as const;
