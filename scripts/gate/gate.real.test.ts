import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GateReport } from '../../core/model/gate-report.ts';
import { SelftestRun } from '../../core/model/gate-series.ts';
import { thirdwave, type Workshop, workshop } from '../../test/cli.ts';

/** A gate run from its file to its exit code, on real processes and a real engine. Verdicts that hang on this machine's noise are not asserted. */

const LIMIT = 110_000;

/** An executable script as an arm. */
async function program({ path }: Workshop, name: string, body: string): Promise<void> {
  await writeFile(join(path, name), `#!/bin/sh\n${body}\n`);
  await chmod(join(path, name), 0o755);
}

async function gate(place: Workshop, yaml: string, ...args: readonly string[]) {
  const file = join(place.path, 'gates.yaml');
  await writeFile(file, yaml);
  return thirdwave(['gate', file, '--no-setup', ...place.flags, ...args]);
}

const gates = (change: { readonly head?: string; readonly gates?: string; readonly more?: string } = {}): string => `version: 1
rounds: { looks: [10], perRound: 2 }
programs:
  - { id: app, base: { binary: base.sh }, head: { binary: ${change.head ?? 'head.sh'} } }
cells: [{ runner: process }]
gates:
  ${change.gates ?? '- { id: cold, select: { metric: cold_start }, maxRegression: 50% }'}
${change.more ?? ''}`;

describe('a gate run', () => {
  it('finds a head that sleeps, says so in every output, and says the same again from its record', { timeout: LIMIT }, async () => {
    await using place = await workshop();
    await program(place, 'base.sh', 'sleep 0.02; echo hi');
    await program(place, 'head.sh', 'sleep 0.06; echo hi');
    const junit = join(place.path, 'sub', 'gate.xml');
    const { exitCode, stdout } = await gate(place, gates(), '--json', '--out', `junit=${junit}`);
    expect(exitCode).toBe(10);
    const report = GateReport.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ verdict: 'fail', exitCode: 10, rounds: 10, gates: [{ id: 'cold', verdict: 'fail', n: 10 }] });
    expect(report.gates[0]?.change?.estimate).toBeGreaterThan(1.5);
    expect(report.artifacts.map(({ arm, label }) => [arm, label])).toEqual([
      ['base', 'base.sh'],
      ['head', 'head.sh'],
    ]);
    expect(await readFile(junit, 'utf8')).toContain('<failure');
    const before = await place.read('gate.json');
    const again = await thirdwave(['gate', 'report', await place.runId(), ...place.flags, '--json']);
    expect([again.exitCode, await place.read('gate.json')]).toEqual([10, before]);
  });

  it('with a waiver still shows the failure, without counting it; an expired waiver holds no more', { timeout: LIMIT }, async () => {
    const waived = (expires: string) => gates({ more: `waivers: [{ gate: cold, reason: known, expires: ${expires} }]` });
    for (const { expires, code, says } of [
      { expires: '2999-12-31', code: 0, says: 'known' },
      { expires: '2020-01-31', code: 10, says: 'expired after 2020-01-31' },
    ]) {
      await using place = await workshop();
      await program(place, 'base.sh', 'sleep 0.02; echo hi');
      await program(place, 'head.sh', 'sleep 0.06; echo hi');
      const { exitCode, stdout, stderr } = await gate(place, waived(expires));
      expect([exitCode, stdout + stderr]).toEqual([code, expect.stringContaining(says)]);
    }
  });

  it('with a head that crashes, or prints something else, is incomplete after the first round', { timeout: LIMIT }, async () => {
    for (const body of ['echo hi; exit 3', 'echo ho', 'kill -9 $$']) {
      await using place = await workshop();
      await program(place, 'base.sh', 'echo hi');
      await program(place, 'head.sh', body);
      const { exitCode, stdout } = await gate(place, gates(), '--json');
      expect(exitCode).toBe(13);
      expect(GateReport.parse(JSON.parse(stdout))).toMatchObject({ verdict: 'incomplete', rounds: 1 });
    }
  });

  it('refuses gates that can never decide and selectors that match nothing, before anything runs', async () => {
    await using place = await workshop();
    await program(place, 'base.sh', 'echo hi');
    await program(place, 'head.sh', 'echo hi');
    const never = await gate(place, gates({ gates: '- { id: p, select: { metric: cold_start }, stat: p95, max: 1s }' }));
    expect([never.exitCode, never.stderr]).toEqual([2, expect.stringMatching(/gate p: it could never pass: .*59 values/)]);
    const nothing = await gate(
      place,
      gates({ gates: '- { id: c, select: { metric: cold_start, runner: container }, maxRegression: 9% }' }),
    );
    expect([nothing.exitCode, nothing.stderr]).toEqual([
      2,
      expect.stringMatching(/gates\.yaml:7:\d+: .*no runner “container” is measured/),
    ]);
  });

  it('names an image that the engine does not have', { timeout: LIMIT }, async () => {
    await using place = await workshop();
    const yaml = gates()
      .replace('{ binary: base.sh }', '{ image: "nowhere:1" }')
      .replace('{ binary: head.sh }', '{ image: "nowhere:2" }')
      .replace('runner: process', 'runner: container');
    const { exitCode, stderr } = await gate(place, yaml);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('nowhere:1')]);
  });

  it('ends at Ctrl-C with 130 and no verdict', { timeout: LIMIT }, async () => {
    await using place = await workshop();
    await program(place, 'base.sh', 'sleep 0.3; echo hi');
    await program(place, 'head.sh', 'sleep 0.3; echo hi');
    const file = join(place.path, 'gates.yaml');
    await writeFile(file, gates());
    const child = thirdwave(['gate', file, '--no-setup', ...place.flags]);
    // One untimed life of base, then rounds of 2 s: it is measuring by then.
    await pause(8000);
    child.kill('SIGINT');
    const { exitCode, stderr } = await child;
    expect([exitCode, stderr]).toEqual([130, expect.stringContaining('no verdict')]);
  });
});

describe('the self-test on real engines', () => {
  async function selftest(...args: readonly string[]): Promise<readonly SelftestRun[]> {
    const { exitCode, stdout, stderr } = await thirdwave(['gate', 'selftest', ...args, '--runs', '1', '--no-setup', '--json']);
    expect(exitCode, stderr).toBe(0);
    return SelftestRun.array().parse(JSON.parse(stdout));
  }

  it('finds padding in a binary in an image and in a module', { timeout: 2 * LIMIT }, async () => {
    for (const subject of ['process/noop', 'container/runc-scratch/noop', 'wasmtime/aot/noop']) {
      expect(await selftest(subject, '--kind', 'padding', '--inject', '30%')).toMatchObject([{ verdict: 'fail', rounds: 1 }]);
    }
  });

  it('finds a start that takes twice as long', { timeout: LIMIT }, async () => {
    const [run] = await selftest('process/noop', '--kind', 'sleep', '--inject', '300%');
    expect(run?.gates.find(({ metric }) => metric === 'cold_start')?.change?.estimate).toBeGreaterThan(1.5);
    expect(run?.amount).toBeGreaterThan(0);
  });

  it('refuses what it cannot inject', async () => {
    const unknown = await thirdwave(['gate', 'selftest', 'process/noop', '--kind', 'nap', '--inject', '20%', '--no-setup']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('--kind takes spin, sleep, padding, ballast')]);
    const nobody = await thirdwave(['gate', 'selftest', 'nobody/noop', '--no-setup']);
    expect([nobody.exitCode, nobody.stderr]).toEqual([2, expect.stringContaining('“nobody/noop” is nothing to test')]);
  });
});
