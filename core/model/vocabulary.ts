import { z } from 'zod';

/** Closed word lists of the record. Each word is defined in docs/glossary.md and printed verbatim in CSV and HTML. */

/**
 * What is asked of a trial's instances. `run`: to the exit · `hold`: first output, then wait · `loop`: repeat one warm call · `place`: many bare instances of
 * a module without imports in one live host process · `ramp`: a fleet that grows until something stops it · `window`: one functional unit again and again
 * for a window of time between two idle ones.
 */
export const Activity = z.enum(['run', 'hold', 'loop', 'place', 'ramp', 'window']);
export type Activity = z.infer<typeof Activity>;

/** DESIGN §4: part of the cell, never mixed. */
export const CacheState = z.enum(['absent', 'disk-cold', 'page-warm', 'pre-warmed']);
export type CacheState = z.infer<typeof CacheState>;

/** The cold-start ladder (DESIGN §4): what stands between the launch call and the first byte. */
export const Rung = z.enum(['instantiate', 'host-process', 'oci-runtime', 'containerd', 'docker-engine', 'vmm']);
export type Rung = z.infer<typeof Rung>;

/**
 * Why a cell is in the plan. `floor`: a do-nothing process · `twin`: the reference again (A/A) · `reference`: ratios are to it · `blank`: activity `window`
 * with a harness that launches nothing.
 */
export const CellRole = z.enum(['subject', 'reference', 'twin', 'floor', 'blank']);
export type CellRole = z.infer<typeof CellRole>;

/**
 * Whose resources a reading counts. `host-process`: the process an in-process instance lives in · `total`: all roles of the trial, each group and each
 * process once · `harness`: the suite itself · `host`: the whole machine.
 */
export const Role = z.enum(['instance', 'shim', 'daemon', 'vmm', 'host-process', 'total', 'harness', 'host']);
export type Role = z.infer<typeof Role>;

export const Unit = z.enum(['s', 'B', 'J', 'W', '1']);
export type Unit = z.infer<typeof Unit>;

/** What the instances of a fleet have done when they are read. `after-first-request`: each has answered one request. */
export const InstanceState = z.enum(['idle', 'after-first-request']);
export type InstanceState = z.infer<typeof InstanceState>;

/** What one figure of energy or carbon is for (SCI: R). */
export const FunctionalUnit = z.enum(['cold-start', 'operation', 'instance-hour-idle']);
export type FunctionalUnit = z.infer<typeof FunctionalUnit>;

/**
 * Evidence ladder of energy, best first (DESIGN §4): a meter of the whole machine · RAPL counters · RAPL counters that a hypervisor makes up ·
 * CPU-seconds × a constant · none. `simulated`: read the same way from a made tree, never a result.
 */
export const EnergyMethod = z.enum(['wall', 'rapl', 'rapl-virtual', 'simulated', 'modelled', 'unavailable']);
export type EnergyMethod = z.infer<typeof EnergyMethod>;

/** Which direction is better; `neither` for facts about the host. */
export const Better = z.enum(['lower', 'higher', 'neither']);
export type Better = z.infer<typeof Better>;

/** Identifiers that reach CSV cells: no quote, no comma, no formula start (ASVS 1.2.10). */
export const IDENTIFIER_PATTERN = /^[A-Za-z0-9][\w.:/@+-]*$/;
export const Identifier = z.string().regex(IDENTIFIER_PATTERN, 'must match ^[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$');

/** A declared metric: every number carries its unit from its source on. */
export interface MetricDeclaration {
  /** snake_case, as printed in CSV */
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: Better;
  /** `exact`: the same bytes give the same number, n = 1 suffices · `noisy`: needs rounds */
  readonly noise: 'exact' | 'noisy';
  /** one sentence: what is counted, from where to where */
  readonly definition: string;
}
