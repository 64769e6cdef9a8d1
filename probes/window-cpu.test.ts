import { describe, expect, it } from 'vitest';
import { harnessCpu } from '../core/host/harness-cpu.ts';
import { busySeconds, parseHostCpu } from '../core/host/host-cpu.ts';
import { SCRIPTED_CELL, scriptedRun } from '../test/scripted-run.ts';
import type { ExitFacts } from '../runners/runner.ts';
import probe from './window-cpu.ts';

const STAT = 'cpu  100 20 30 4000 500 6 7 80 9 0\ncpu0 50 10 15 2000 250 3 3 40 4 0\ncpu1 50 10 15 2000 250 3 4 40 5 0\nintr 1\n';

function exit(...cpu: ExitFacts['cpu']): ExitFacts {
  const none = {
    exitCode: 0,
    abnormal: undefined,
    stdout: new Uint8Array(),
    stdoutTruncated: false,
    stderrTail: '',
    phases: [],
    loops: [],
  };
  return { t0Ns: 0, t1Ns: 1, t2Ns: 2, ...none, cpu };
}

describe('the CPU line of /proc/stat', () => {
  const start = parseHostCpu(STAT);

  it('is idle where it had nothing to do or waited for disks, and stolen in steal', () => {
    expect(start).toEqual({ idleS: expect.closeTo(45, 10) as number, stealS: expect.closeTo(0.8, 10) as number, cpus: 2 });
  });

  it('was busy for what idle and steal leave of all the time there was, and never less than not at all', () => {
    const end = { ...start, idleS: start.idleS + 1.2, stealS: start.stealS + 0.1 };
    expect(busySeconds(start, end, 2)).toBeCloseTo(2 * 2 - 1.2 - 0.1, 10);
    expect(busySeconds(start, { ...end, idleS: start.idleS + 4.01 }, 2)).toBe(0);
  });
});

describe('the suite’s own CPU time', () => {
  it('grows by what this process computes', async () => {
    const before = (await harnessCpu()).suiteNs;
    const { user, system } = process.cpuUsage();
    let sum = 0;
    while (process.cpuUsage().user + process.cpuUsage().system - user - system < 30_000) sum += Math.sqrt(sum + 1);
    expect((await harnessCpu()).suiteNs - before).toBeGreaterThanOrEqual(30e6);
    expect(sum).toBeGreaterThan(0);
  });
});

describe('CPU time over a window', () => {
  const { context } = scriptedRun();
  const read = async (work: (lived: (exit: ExitFacts) => Promise<void>) => Promise<void>) => {
    const session = await probe.open(context, SCRIPTED_CELL);
    const reader = await session.window?.({ roles: [] });
    await work(async (facts) => reader?.lived?.(facts, { roles: [] }));
    const found = (await reader?.close()) ?? [];
    return Object.fromEntries(found.flatMap((item) => ('metric' in item && item.metric === 'window_cpu' ? [[item.role, item]] : [])));
  };

  it('adds up what every life in it has used, by role and in total', async () => {
    const found = await read(async (lived) => {
      await lived(exit({ role: 'vmm', cpuNs: 2e9, origin: 'wait4' }, { role: 'instance', cpuNs: 1e9, origin: 'wait4' }));
      await lived(exit({ role: 'vmm', cpuNs: 3e9, origin: 'wait4' }));
    });
    expect(found['vmm']).toMatchObject({ value: 5 });
    expect(found['instance']).toMatchObject({ value: 1 });
    expect(found['total']).toMatchObject({ value: 6 });
  });

  it('has no total, with the reason, where one life is counted by nobody', async () => {
    const found = await read(async (lived) => {
      await lived(exit({ role: 'instance', cpuNs: 1e9, origin: 'wait4' }));
      await lived(exit());
    });
    expect(found['total']).toMatchObject({ unavailable: expect.stringContaining('neither the parent of the process nor a cgroup') });
  });

  it('counts the harness and the host beside the technology', async () => {
    const found = await read(async () => {});
    expect(found['harness']).toMatchObject({ value: expect.any(Number) });
    expect(found['host']).toMatchObject({ value: expect.any(Number) });
    expect(found['total']).toMatchObject({ value: 0 });
  });
});
