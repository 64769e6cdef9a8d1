import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { hostSocketPath, readEngineInfo } from '../engine/engine-request.ts';
import { pidsWithArgument } from '../engine/processes.ts';
import type { RunnerSession, StartSpec } from '../runner.ts';
import dockerWasm from './index.ts';

/** What the contract suite cannot know: shims that misbehave, and files that are not what they should be. */
let run: RealRun;
let noop: Workload;
let engineIsHosts: boolean;
beforeAll(async () => {
  run = await realRun();
  noop = await resolveBuiltin('noop', run.context.toolbox);
  engineIsHosts = await readEngineInfo(hostSocketPath(process.env) ?? '/nowhere', 1000, run.context.signal).then(
    () => true,
    () => false,
  );
});
afterAll(async () => run[Symbol.asyncDispose]());

function variant(id: string) {
  const found = dockerWasm.variants.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

const spec = (trialId: string, readyTimeoutNs: number): StartSpec => ({
  trialId,
  activity: 'run',
  readyTimeoutNs,
  exitTimeoutNs: 20e9,
  signal: run.context.signal,
});

/** A session on a private engine of its own whose shim or runtime is this script. */
async function withTool(tool: 'shim' | 'youki', script: string, body: (session: RunnerSession) => Promise<void>): Promise<void> {
  const path = join(run.context.tempDir, `a-${tool}`);
  await writeFile(path, script);
  await chmod(path, 0o755);
  await using own = await realRun({ [tool]: { path, version: 'a test’s' } });
  await using session = await dockerWasm.open(own.context);
  await body(session);
}

describe('a shim that misbehaves', () => {
  it('costs its trial when it hangs: time-out, everything of it gone, the engine still healthy', { timeout: 90_000 }, async ({ skip }) => {
    skip(engineIsHosts, 'the host’s own engine is used and never reconfigured');
    await withTool('shim', '#!/usr/bin/dash\nexec sleep 4711\n', async (session) => {
      const prepared = await session.prepare(variant('shim-jit'), noop);
      const error: unknown = await session.start(prepared, spec('hangs', 2e9)).catch((thrown: unknown) => thrown);
      expect(codeOf(error)).toBe('timeout');
      expect(await pidsWithArgument('4711')).toEqual([]);
      const crun = await session.prepare(variant('crun-wasmedge'), noop);
      await using healthy = await session.start(crun, spec('after-the-hang', 20e9));
      await healthy.ready();
      expect((await healthy.exited()).exitCode).toBe(0);
    });
  });

  it('is a start that failed when it ends at once, with its own words', { timeout: 60_000 }, async ({ skip }) => {
    skip(engineIsHosts, 'the host’s own engine is used and never reconfigured');
    await withTool('shim', '#!/usr/bin/dash\necho no such luck >&2\nexit 3\n', async (session) => {
      const prepared = await session.prepare(variant('shim-jit'), noop);
      const error: unknown = await session.start(prepared, spec('ends', 20e9)).catch((thrown: unknown) => thrown);
      expect(codeOf(error)).toBe('start-failed');
      expect(String(error)).toContain('no such luck');
    });
  });
});

describe('a runtime that is registered but cannot be executed', () => {
  it('is missing, in the words of what calls it', { timeout: 60_000 }, async ({ skip }) => {
    skip(engineIsHosts, 'the host’s own engine is used and never reconfigured');
    await withTool('youki', '#!/nowhere/at/all\n', async (session) => {
      const prepared = await session.prepare(variant('youki-wasmtime'), noop);
      const error: unknown = await session.start(prepared, spec('no-runtime', 20e9)).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'runtime-missing', remedy: expect.any(String) as unknown });
    });
  });
});

describe('a file that is not a module of WASI preview 1', () => {
  it('is refused before anything starts', async () => {
    const component = join(run.context.tempDir, 'component.wasm');
    await writeFile(component, Buffer.from('0061736d0d000100', 'hex'));
    await using session = await dockerWasm.open(run.context);
    for (const [wasm, code] of [
      [noop.artifacts.binary ?? '', 'not-wasm'],
      [component, 'wasi-version'],
    ] as const) {
      await expect(session.prepare(variant('crun-wasmedge'), { ...noop, artifacts: { wasm } })).rejects.toMatchObject({ code });
    }
  });
});
