import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { privateEngineObstacle } from './bundle.ts';
import { readEngineInfo } from './engine-request.ts';
import { startPrivateEngine, type EngineContext } from './private-engine.ts';
import { readProcesses } from './processes.ts';
import { sweepEngines } from './sweep-engines.ts';

/** On a cache of its own: the suite's slots and images are left alone. */
let run: RealRun;
let cacheDir: string;
let context: EngineContext;
let obstacle: string | undefined;
beforeAll(async () => {
  run = await realRun();
  cacheDir = await mkdtemp(join(tmpdir(), 'engine-cache-'));
  context = { ...run.context, cacheDir };
  obstacle = privateEngineObstacle(run.context.toolbox.privateEngine)?.reason;
});
afterAll(async () => {
  await rm(cacheDir, { recursive: true, force: true });
  await run[Symbol.asyncDispose]();
});

const real = (title: string, body: () => Promise<void>) =>
  it(title, async ({ skip }) => (obstacle === undefined ? body() : skip(obstacle)), 60_000);

const mounts = async () => readFile('/proc/self/mounts', 'utf8');
const info = async (socketPath: string) => readEngineInfo(socketPath, 5000, context.signal);
const alive = async (pids: readonly number[]) => (await readProcesses()).filter((entry) => pids.includes(entry.pid) && !entry.zombie);

describe('the private engine', () => {
  real('answers, keeps images in overlayfs snapshots, and is gone after disposal with everything it made', async () => {
    const before = {
      mounts: await mounts(),
      links: Object.keys(networkInterfaces()),
      netns: existsSync('/run/netns'),
    };
    const engine = await startPrivateEngine(context);
    const answer = await info(engine.socketPath);
    expect(answer.Driver).toBe('overlayfs');
    expect(JSON.stringify(answer.DriverStatus)).toContain('io.containerd.snapshotter.v1');
    expect(Buffer.byteLength(engine.socketPath)).toBeLessThan(104);
    expect(engine.daemonPids).toHaveLength(2);
    const during = {
      mounts: await mounts(),
      links: Object.keys(networkInterfaces()),
      netns: existsSync('/run/netns'),
    };
    await engine[Symbol.asyncDispose]();
    expect(during).toEqual(before);
    expect(await mounts()).toBe(before.mounts);
    expect(existsSync(dirname(engine.socketPath))).toBe(false);
    expect(await alive(engine.daemonPids)).toEqual([]);
    expect(existsSync(join(cacheDir, 'engine', 'slot-0', 'clean'))).toBe(true);
  });

  real('runs beside another one, on a slot and a socket of its own', async () => {
    await using first = await startPrivateEngine(context);
    await using second = await startPrivateEngine({
      ...context,
      cgroups: { ...context.cgroups, create: async (name) => context.cgroups.create(`second-${name}`) },
    });
    expect(second.socketPath).not.toBe(first.socketPath);
    expect([(await info(first.socketPath)).Driver, (await info(second.socketPath)).Driver]).toEqual(['overlayfs', 'overlayfs']);
    expect(await sweepEngines({ cacheDir }, new Set())).toEqual([]);
  });

  real('starts on fresh data after an unclean end', async () => {
    const marker = join(cacheDir, 'engine', 'slot-0', 'data', 'left-by-a-crash');
    await writeFile(marker, '');
    await rm(join(cacheDir, 'engine', 'slot-0', 'clean'));
    await (await startPrivateEngine(context))[Symbol.asyncDispose]();
    expect(existsSync(marker)).toBe(false);
  });

  real('says with the daemons’ log why it does not start', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'broken-bundle-'));
    await writeFile(join(broken, 'engine.json'), JSON.stringify({ root: join(broken, 'nowhere'), versions: {} }));
    const privateEngine = { path: join(broken, 'engine.json'), version: '0' };
    const start = startPrivateEngine({ ...context, toolbox: { ...context.toolbox, privateEngine } });
    await expect(start).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('nowhere/usr') as unknown,
    });
    await rm(broken, { recursive: true });
  });

  real('dies with its owner when that is killed, and a sweep removes what files are left', async () => {
    const owner = await killableOwner();
    const session = dirname(owner.socketPath);
    expect(await sweepEngines({ cacheDir }, new Set())).toEqual([]);
    owner.kill();
    await expect.poll(async () => alive(owner.daemonPids), { timeout: 5000 }).toEqual([]);
    expect((await stat(session)).isDirectory()).toBe(true);
    expect(await sweepEngines({ cacheDir }, new Set())).toEqual([expect.stringContaining(session)]);
    expect(existsSync(session)).toBe(false);
  });
});

/** A process of its own that starts an engine (as the suite does) and waits to be killed; it makes no cgroups. */
async function killableOwner() {
  const compiled = new URL('../../dist/runners/engine/private-engine.js', import.meta.url);
  const { toolbox, tempDir } = run.context;
  const program = `
    const { startPrivateEngine } = await import(${JSON.stringify(compiled.href)});
    const { BenchError } = await import(${JSON.stringify(new URL('../../dist/core/model/error.js', import.meta.url).href)});
    const create = async () => { throw new BenchError({ code: 'cgroup-unavailable', message: 'none for this test' }); };
    const log = { info() {}, warn() {}, debug() {} };
    const signal = new AbortController().signal;
    const toolbox = ${JSON.stringify(toolbox)};
    const { socketPath, daemonPids } = await startPrivateEngine({ runId: 'killed', toolbox, cacheDir: ${JSON.stringify(cacheDir)}, tempDir: ${JSON.stringify(tempDir)}, cgroups: { create }, log, signal });
    process.stdout.write(JSON.stringify({ socketPath, daemonPids }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const started = JSON.parse(line.toString()) as { socketPath: string; daemonPids: number[] };
  return { ...started, kill: () => child.kill('SIGKILL') };
}
