import { randomBytes } from 'node:crypto';
import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GateConfig } from '../../../core/model/gate-config.ts';
import { BenchError, EXIT_CODES } from '../../../core/model/error.ts';
import type { Workload } from '../../../core/model/workload.ts';
import { suggestion } from '../../../core/plan/did-you-mean.ts';
import type { Runner, Variant } from '../../../runners/runner.ts';
import type { Host } from '../../compose/host.ts';
import { resolveBuiltin } from '../../compose/workloads.ts';
import type { ExpectedProgram } from '../plan-gate.ts';

/** What a self-test gates: `<runner>[/<variant>]/<workload>`. */
export interface Subject {
  readonly name: string;
  readonly runner: string;
  readonly variant: string;
  readonly workload: string;
  /** the exact metric of what is shipped: image or file */
  readonly sizeMetric: string;
}

/** What is injected into head. `none`: A/A. */
export const INJECTIONS = ['none', 'spin', 'sleep', 'padding', 'ballast'] as const;
export type Injection = (typeof INJECTIONS)[number];

/** @throws BenchError `usage` for a name that is none, or a runner that there is not */
export function parseSubject(name: string, host: Host): Subject {
  const parts = name.split('/');
  const [runnerId = '', workload = parts.at(-1) ?? ''] = [parts[0], parts.at(-1)];
  const runner = host.runners.find(({ id }) => id === runnerId);
  const variant = runner?.variants.find((candidate) => (parts.length === 3 ? candidate.id === parts[1] : candidate.default));
  if (runner && variant && parts.length >= 2 && parts.length <= 3) {
    return { name, runner: runnerId, variant: variant.id, workload, sizeMetric: sizeMetric(runner, variant) };
  }
  throw new BenchError({
    code: 'usage',
    message: `“${name}” is nothing to test: ${suggestion(
      runnerId,
      host.runners.map(({ id }) => id),
    )}`,
    remedy: 'write <runner>/<workload> or <runner>/<variant>/<workload>, e.g. process/noop',
    exitCode: EXIT_CODES.usage,
  });
}

/** The gates of a self-test: what `thirdwave gate` uses where nothing is configured, for what the injection touches. */
export function subjectConfig({ runner, variant, sizeMetric }: Subject, injection: Injection): GateConfig {
  const gates: Record<Injection, unknown[]> = {
    none: [gate('cold', 'cold_start'), gate('cpu', 'cpu_time')],
    spin: [gate('cold', 'cold_start'), gate('cpu', 'cpu_time')],
    sleep: [gate('cold', 'cold_start'), gate('cpu', 'cpu_time')],
    padding: [gate('size', sizeMetric)],
    ballast: [gate('memory', 'memory_unreclaimable')],
  };
  return GateConfig.parse({
    version: 1,
    id: 'selftest',
    activity: injection === 'ballast' ? 'hold' : 'run',
    programs: [{ id: 'app' }],
    cells: [{ runner, variants: [variant] }],
    gates: gates[injection],
  });
}

function gate(id: string, metric: string) {
  return { id, select: { metric }, maxRegression: '10%' };
}

/** Sizes carry the names of what is shipped (probes/image-size.ts). */
function sizeMetric({ capabilities }: Runner, { rung, consumes }: Variant): string {
  if (rung === 'docker-engine' || rung === 'containerd') return 'image_bytes_compressed';
  return `artifact_bytes_${(consumes ?? capabilities.consumes)[0] ?? 'binary'}`;
}

export interface Injected {
  readonly injection: Injection;
  /** ns for spin and sleep, bytes for padding and ballast */
  readonly amount: number;
}

/**
 * Both arms of a subject. Without injection the same program twice; times are injected by the argument of the workload `slow`, so that the bytes stay the
 * same; padding is appended to a copy of the artifact.
 */
export async function subjectPrograms(
  subject: Subject,
  injected: Injected,
  host: Host,
  tempDir: string,
): Promise<readonly ExpectedProgram[]> {
  const { injection, amount } = injected;
  const timed = injection === 'spin' || injection === 'sleep' || injection === 'ballast';
  const workload = await resolveBuiltin(timed ? 'slow' : subject.workload, host.toolbox);
  const kind = injection === 'ballast' ? 'touch' : injection;
  const arm = (label: string, args: readonly string[], artifacts = workload.artifacts) => ({ label, artifacts, args });
  const base = timed ? arm('slow', [`${kind}:0`]) : arm(workload.id, workload.args);
  const head = timed
    ? arm(`slow ${kind}:${amount}`, [`${kind}:${Math.round(amount)}`])
    : injection === 'padding'
      ? arm(`${workload.id} + ${amount} B`, workload.args, await padded(workload, amount, tempDir))
      : arm(workload.id, workload.args);
  return [{ id: 'app', base, head, env: {}, stdin: undefined, expect: expectationOf(workload), holdArgs: workload.holdArgs, warnings: [] }];
}

function expectationOf({ id, expected }: Workload): ExpectedProgram['expect'] {
  if (expected.kind === 'bytes') return { stdout: new TextDecoder().decode(expected.bytes) };
  throw new BenchError({ code: 'usage', message: `workload ${id} prints nothing: it has no cold start`, exitCode: EXIT_CODES.usage });
}

/** Name of the custom section (WebAssembly core 1.0, §5.5.3) that carries the padding of a module. */
const SECTION = 'padding';

/** Copies of the artifacts that are `bytes` longer, behind an ELF file or in a custom section of a module; random, so that images cannot compress them away. */
async function padded({ artifacts }: Workload, bytes: number, tempDir: string): Promise<Workload['artifacts']> {
  const { binary, wasm } = artifacts;
  const copy = async (path: string, name: string, padding: Uint8Array): Promise<string> => {
    const target = join(tempDir, `padded-${name}`);
    await copyFile(path, target);
    await appendFile(target, padding);
    return target;
  };
  return {
    ...(binary === undefined ? {} : { binary: await copy(binary, 'native', randomBytes(bytes)) }),
    ...(wasm === undefined ? {} : { wasm: await copy(wasm, 'module.wasm', customSection(bytes)) }),
  };
}

function customSection(bytes: number): Uint8Array {
  const name = new TextEncoder().encode(SECTION);
  const payload = [name.length, ...name];
  return Uint8Array.from([0, ...leb128(payload.length + bytes), ...payload, ...randomBytes(bytes)]);
}

/** Unsigned LEB128 (WebAssembly core 1.0, §5.2.2). */
function leb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}
