import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFound } from '../../core/model/context.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { type Launched, type Launcher, type LaunchSpec, openLauncher } from './launcher.ts';

/** Requests to a held program, through the Rust launcher and through Node's spawn. */

let run: RealRun;
const launchers = new Map<Launcher['kind'], Launcher>();

beforeAll(async () => {
  run = await realRun();
  const { launcher } = run.host.toolbox;
  if (!isFound(launcher)) throw new Error(`the launcher is not built: ${launcher.missing} (${launcher.remedy})`);
  const withoutRust = { ...run.context, toolbox: { ...run.host.toolbox, launcher: { missing: 'left out by this test', remedy: '' } } };
  for (const context of [run.context, withoutRust]) {
    const opened = await openLauncher(context);
    launchers.set(opened.kind, opened);
  }
});
afterAll(async () => {
  for (const launcher of launchers.values()) await launcher[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

describe.each(['rust', 'node'] as const)('the %s launcher', (kind) => {
  async function launch(script: string, stdin: LaunchSpec['stdin'] = { kind: 'hold' }): Promise<Launched> {
    const launched = await launchers.get(kind)!.launch({
      argv: ['/bin/sh', '-c', script],
      env: {},
      stdin,
      cgroupProcsFiles: [],
      readyTimeoutNs: 20e9,
      exitTimeoutNs: 20e9,
    });
    await launched.firstByte;
    return launched;
  }
  const request = Buffer.from('hi\n');

  it('answers a request when the whole reply is here, and the output is that of all requests', async () => {
    const launched = await launch('echo ready; while read -r line; do printf "you "; sleep 0.02; echo "said $line"; done');
    const first = await launched.write(request, 'you said hi\n'.length);
    const second = await launched.write(request, 'you said hi\n'.length);
    launched.release();
    const exit = await launched.exited;
    expect(Buffer.from(exit.stdout).toString()).toBe('ready\nyou said hi\nyou said hi\n');
    const stamps = [exit.firstByteNs ?? Number.NaN, first.sentNs, first.repliedNs, second.sentNs, second.repliedNs, exit.exitNs];
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    // The program sleeps inside its reply: a stamp at the reply's first bytes would be earlier.
    for (const { sentNs, repliedNs } of [first, second]) expect(repliedNs - sentNs).toBeGreaterThanOrEqual(20e6);
  });

  it('does not wait where no reply is asked for', async () => {
    const launched = await launch('echo ready; exec cat > /dev/null');
    const { sentNs, repliedNs } = await launched.write(request, 0);
    expect(repliedNs).toBeGreaterThanOrEqual(sentNs);
    launched.release();
    expect(await launched.exited).toMatchObject({ code: 0 });
  });

  it('a program that ends before its reply is whole is an error', async () => {
    const launched = await launch('echo ready; read -r line; echo short; exit 4');
    await expect(launched.write(request, 100)).rejects.toMatchObject({ code: 'ended' });
    expect(await launched.exited).toMatchObject({ code: 4 });
  });

  it('a program that is not held, or has been released, cannot be asked', async () => {
    const free = await launch('echo ready; sleep 0.2', { kind: 'empty' });
    await expect(free.write(request, 1)).rejects.toMatchObject({ code: 'not-running' });
    const launched = await launch('echo ready; exec cat > /dev/null');
    launched.release();
    await expect(launched.write(request, 1)).rejects.toMatchObject({ code: 'not-running' });
    await Promise.all([free.exited, launched.exited]);
  });
});
