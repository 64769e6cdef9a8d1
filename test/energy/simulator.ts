import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** W as a function of time, of a file with a number, or of the CPUs that a file like /proc/stat calls busy; all of them add up. */
export interface Power {
  readonly baselineW: number;
  readonly pulses?: readonly { readonly fromS: number; readonly toS: number; readonly watts: number }[];
  readonly load?: { readonly file: string; readonly wattsPerUnit: number };
  readonly cpu?: { readonly statFile: string; readonly wattsPerCpu: number };
}

export interface SimulatedZone {
  /** below devices/virtual/powercap */
  readonly path: string;
  readonly name: string;
  readonly rangeUj: string;
  readonly startUj: string;
  readonly stepUj?: number;
  readonly maxPowerUw?: number;
  readonly power: Power;
}

/** What a zone’s file can have shown over a stretch of time, and what the power function gives at its middle; µJ since the start. */
export interface Truth {
  readonly zone: string;
  readonly lowUj: number;
  readonly highUj: number;
  readonly exactUj: number;
}

export interface Simulator extends AsyncDisposable {
  /** for THIRDWAVE_ENERGY_ROOT and `doctor energy --root` */
  readonly root: string;
  /** on CLOCK_MONOTONIC, as `process.hrtime.bigint()` has it */
  truth(fromNs: bigint, toNs: bigint): Promise<readonly Truth[]>;
}

const PROGRAM = fileURLToPath(new URL('powercap-simulator.mjs', import.meta.url));

/** Starts the live powercap simulator on a tree of its own; it ends, and the tree goes, with its dispose. */
export async function startSimulator(zones: readonly SimulatedZone[], tickMs = 5): Promise<Simulator> {
  const root = await mkdtemp(join(tmpdir(), 'powercap-'));
  const spec = join(root, 'spec.json');
  await writeFile(spec, JSON.stringify({ root, tickMs, zones }));
  const child = spawn(process.execPath, [PROGRAM, spec], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the simulator has ended');
    return JSON.parse(value) as Record<string, unknown>;
  };
  await answer();
  return {
    root,
    truth: async (fromNs, toNs) => {
      child.stdin.write(`${JSON.stringify({ betweenNs: [String(fromNs), String(toNs)] })}\n`);
      return (await answer())['zones'] as readonly Truth[];
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
      await rm(root, { recursive: true });
    },
  };
}
