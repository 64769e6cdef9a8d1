import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isFound, type Tool } from '../../core/model/context.ts';
import { messageOf } from '../../core/model/error.ts';
import type { Availability, DetectContext } from '../runner.ts';
import { kvmVerdict } from './kvm.ts';

const UNVERIFIED = 'driver written from the documented interface, not verified on real hardware';

/** Whether a monitor that needs KVM can run: its program, the kernel it takes, our init, and a KVM that boots guests. */
export async function monitorAvailability(
  host: DetectContext,
  program: string | undefined,
  kernel: Tool,
  remedy: string,
): Promise<Availability> {
  if (program === undefined) return { available: false, reason: 'its program is not on PATH', remedy };
  for (const tool of [kernel, host.toolbox.vmInit]) {
    if (!isFound(tool)) return { available: false, reason: tool.missing, remedy: tool.remedy };
  }
  const { usable, because } = await kvmVerdict(host);
  if (!usable) return { available: false, reason: `it needs KVM: ${because}`, remedy: 'use a host with hardware virtualisation' };
  return { available: true, version: await monitorVersion(program), evidence: `${program}; ${UNVERIFIED}` };
}

/** First line of `--version`. */
export async function monitorVersion(program: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version']);
    return stdout.trim().split('\n')[0] ?? '';
  } catch (error) {
    return `unknown: ${messageOf(error)}`;
  }
}
