import { readFile } from 'node:fs/promises';
import { pidNamespaceOf, startTicksOf } from './processes.ts';

/** Which process of which boot owns something that must not outlive it; survives in labels and records. */
export interface Owner {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
  readonly pidNamespace: string;
}

/** This process. */
export async function ownIdentity(): Promise<Owner> {
  return {
    pid: process.pid,
    startTicks: (await startTicksOf(process.pid)) ?? '',
    bootId: await bootId(),
    pidNamespace: (await pidNamespaceOf('self')) ?? '',
  };
}

/**
 * Whether the owner may still run: the same pid with the same start time in the same boot. An owner in another PID namespace (another
 * container sharing this engine) cannot be looked up from here and counts as alive.
 */
export async function mayBeAlive(owner: Owner): Promise<boolean> {
  if (owner.bootId !== (await bootId())) return false;
  if (owner.pidNamespace !== ((await pidNamespaceOf('self')) ?? '')) return true;
  return (await startTicksOf(owner.pid)) === owner.startTicks;
}

export function formatOwner({ pid, startTicks, bootId: boot, pidNamespace }: Owner): string {
  return [pid, startTicks, boot, pidNamespace].join('/');
}

export function parseOwner(text: string): Owner | undefined {
  const [pid, startTicks, boot, pidNamespace] = text.split('/');
  if (!pid || !startTicks || !boot || pidNamespace === undefined) return undefined;
  return { pid: Number(pid), startTicks, bootId: boot, pidNamespace };
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
}
