import type { LaunchExit } from '../native/launcher.ts';
import type { Phase } from '../runner.ts';

/** What the guest's first process said of itself (native/vm-init). Counter values: ticks of the time stamp counter. */
export interface GuestStory {
  /** undefined: it was never reached */
  readonly beginTsc: number | undefined;
  /** undefined: it did not get so far; `firstByteTsc` 0: the program printed nothing */
  readonly end: GuestEnd | undefined;
  /** why the program could not be run, where it could not */
  readonly failed: string | undefined;
}

interface GuestEnd {
  readonly spawnedTsc: number;
  readonly firstByteTsc: number;
  readonly exitTsc: number;
  readonly killed: boolean;
  /** exit code, or the signal that ended it */
  readonly code: number;
}

export function parseMarks(text: string): GuestStory {
  const begin = /^begin (\d+)$/m.exec(text);
  const end = /^end (\d+) (\d+) (\d+) (\d+) (exited|killed) (\d+)$/m.exec(text);
  const failed = /^failed (\S+) (\d+)$/m.exec(text);
  return {
    beginTsc: begin || end ? Number((begin ?? end)?.[1]) : undefined,
    end: end
      ? {
          spawnedTsc: Number(end[2]),
          firstByteTsc: Number(end[3]),
          exitTsc: Number(end[4]),
          killed: end[5] === 'killed',
          code: Number(end[6]),
        }
      : undefined,
    failed: failed ? `${failed[1]} (errno ${failed[2]})` : undefined,
  };
}

/** Output and mark of a guest that has one line for both: the mark is behind the last NUL byte that a mark follows. */
export function splitSerial(bytes: Uint8Array): { readonly output: Uint8Array; readonly story: GuestStory } {
  const buffer = Buffer.from(bytes);
  const at = Math.max(buffer.lastIndexOf('\0end '), buffer.lastIndexOf('\0failed '));
  if (at < 0) return { output: bytes, story: parseMarks('') };
  return { output: bytes.subarray(0, at), story: parseMarks(buffer.toString('latin1', at + 1)) };
}

/** The counter says nothing usable when it places the virtual CPU's start earlier than this before the launch call returned. */
const TOLERANCE_NS = 2e6;

/**
 * The breakdown on the host's clock. Ends known to the launcher are its own stamps. Inside, the guest's counter is used: QEMU lets it start at 0 with
 * the virtual CPU and run with the host's, so one moment seen from both sides (the first byte, else the exit) ties it to the host's clock, with
 * an error of that byte's way through the port and the pipe (tens of µs). Waking the suite in mid-boot for a stamp would cost more than that.
 * `boot` is firmware, decompression and kernel together: the guest's own clock loses ticks under emulation and cannot tell them apart.
 */
export function guestPhases(exit: LaunchExit, { beginTsc, end }: GuestStory, tscKhz: number | undefined): readonly Phase[] {
  const spawn = phase('spawn', 'kernel', exit.t0Ns, exit.spawnedNs);
  const lastNs = exit.firstByteNs ?? exit.exitNs;
  const coarse = [
    spawn,
    phase('boot', 'guest', exit.spawnedNs, lastNs),
    ...(exit.firstByteNs === undefined ? [] : [phase('exit', 'vmm', exit.firstByteNs, exit.exitNs)]),
  ];
  if (beginTsc === undefined || !end || tscKhz === undefined) return coarse;
  const seen = end.firstByteTsc > 0 && exit.firstByteNs !== undefined;
  const anchorTsc = seen ? end.firstByteTsc : end.exitTsc;
  const hostNs = (tsc: number): number => Math.round(lastNs - ((anchorTsc - tsc) / tscKhz) * 1e6);
  const moments = [hostNs(0), hostNs(beginTsc), hostNs(end.spawnedTsc), lastNs];
  if (hostNs(0) < exit.spawnedNs - TOLERANCE_NS || moments.some((moment, index) => moment < (moments[index - 1] ?? 0))) return coarse;
  const [cpuNs = 0, initNs = 0, programNs = 0] = moments.map((moment) => Math.max(moment, exit.spawnedNs));
  const exitNs = Math.min(Math.max(hostNs(end.exitTsc), lastNs), exit.exitNs);
  return [
    spawn,
    phase('vmm-start', 'vmm', exit.spawnedNs, cpuNs),
    phase('boot', 'guest', cpuNs, initNs),
    phase('init', 'guest', initNs, programNs),
    phase('first-byte', 'program', programNs, lastNs),
    phase('exit', 'program', lastNs, exitNs),
    phase('shutdown', 'vmm', exitNs, exit.exitNs),
  ];
}

function phase(name: string, layer: string, startNs: number, endNs: number): Phase {
  return { phase: name, layer, startNs, endNs };
}
