import { z } from 'zod';
import { Identifier } from './vocabulary.ts';

export const MANIFEST_SCHEMA = 'thirdwave/manifest/1';

/** A fact about the host or the reason why it is not known. */
export const Fact = z.union([
  z.strictObject({ value: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({ unavailable: z.string() }),
]);
export type Fact = z.infer<typeof Fact>;

/** `key`: SHA-256 over the facts named in `keyFields`: two runs with the same key ran on comparable hosts. */
export const HostFacts = z.strictObject({
  key: z.string(),
  keyFields: z.array(z.string()),
  facts: z.record(z.string(), Fact),
});
export type HostFacts = z.infer<typeof HostFacts>;

/** What was measured, byte-exactly. */
export const ArtifactRecord = z.strictObject({
  cell: Identifier,
  /** e.g. `sha256:…` of the binary, module or image manifest */
  digest: z.string(),
  /** engine, runtime, compiler … */
  versions: z.record(z.string(), z.string()),
});
export type ArtifactRecord = z.infer<typeof ArtifactRecord>;

export const Manifest = z.strictObject({
  schema: z.literal(MANIFEST_SCHEMA),
  runId: Identifier,
  status: z.enum(['running', 'complete', 'aborted']),
  /** why it is not complete */
  statusReason: z.string().optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** CLOCK_MONOTONIC at the run's origin, ns, as a decimal string (may exceed 2^53) */
  originNs: z.string(),
  bootId: z.string(),
  suite: z.strictObject({ version: z.string(), commit: z.string(), dirty: z.boolean(), node: z.string() }),
  configHash: z.string(),
  argv: z.array(z.string()),
  host: HostFacts,
  artifacts: z.array(ArtifactRecord),
  /** why each scenario's rounds ended: half-width reached, all rounds done, budget, interrupt */
  stops: z.array(z.strictObject({ scenario: Identifier, rounds: z.int(), because: z.string() })),
  wallNs: z.int().optional(),
  /** Σ over trials of t3 − t0: how much of the wall time was spent inside trials */
  insideTrialsNs: z.int().optional(),
  /** SHA-256 of each record file, written when the run ends */
  files: z.record(z.string(), z.string()),
});
export type Manifest = z.infer<typeof Manifest>;
