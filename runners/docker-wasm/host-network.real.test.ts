import { execa } from 'execa';
import { expect, it } from 'vitest';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun } from '../../test/real-run.ts';
import dockerWasm from './index.ts';

/** THIRDWAVE_STARTS=100 for the whole proof; CI takes fewer to stay within its time. */
const STARTS = Number(process.env['THIRDWAVE_STARTS'] ?? 15);

/** Links, addresses, routes, rules and named namespaces of the host, without counters and life times. */
async function hostNetwork(): Promise<string> {
  const asked = [['-o', 'link'], ['-o', 'addr'], ['route'], ['-6', 'route'], ['rule'], ['netns']];
  const answers = await Promise.all(asked.map(async (args) => (await execa('ip', args, { reject: false })).stdout));
  return answers.join('\n').replaceAll(/(valid_lft|preferred_lft|expires) \S+/g, '');
}

it(
  `leaves the host’s network as it was over ${STARTS} starts of a shim, bridge and no network by turns`,
  { timeout: 300_000 },
  async ({ skip }) => {
    await using run = await realRun();
    const states = await dockerWasm.detect(run.context);
    skip(states['shim-aot']?.available !== true, 'our shim is not here (the contract suite decides whether it may be)');
    const before = await hostNetwork();
    const noop = await resolveBuiltin('noop', run.context.toolbox);
    await using session = await dockerWasm.open(run.context);
    for (let index = 0; index < STARTS; index += 1) {
      const variant = dockerWasm.variants.find(({ id }) => id === (index % 2 === 0 ? 'shim-aot' : 'shim-aot-nonet'));
      if (!variant) throw new Error('no such variant');
      const prepared = await session.prepare(variant, noop);
      const spec = {
        trialId: `net-${index}`,
        activity: 'run',
        readyTimeoutNs: 20e9,
        exitTimeoutNs: 20e9,
        signal: run.context.signal,
      } as const;
      await using instance = await session.start(prepared, spec);
      await instance.ready();
      if (index % 10 === 0) expect(await hostNetwork()).toBe(before);
      expect((await instance.exited()).exitCode).toBe(0);
    }
    expect(await hostNetwork()).toBe(before);
  },
);
