import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { scoreForChildren } from '../../core/host/oom-score.ts';
import { NO_MOUNT_TABLE } from '../../core/host/no-mount-table.ts';
import type { CgroupRef, Engine, RunContext } from '../../core/model/context.ts';
import { BenchError, codeOf, messageOf } from '../../core/model/error.ts';
import { readBundle, type EngineBundle } from './bundle.ts';
import { EngineGroups } from './engine-groups.ts';
import { pruneContainers, readEngineInfo } from './engine-request.ts';
import { CONTAINERD_TOML, daemonConfig, DAEMONS, HOLDER, ROOT, SLOT_TAKEN } from './launch-scripts.ts';
import { ownIdentity } from './owner.ts';
import { enginePrograms, registeredRuntimes } from './private-runtimes.ts';
import { descendantsOf, readProcesses } from './processes.ts';
import { SESSION_PREFIX, writeRecord } from './session-record.ts';
import { removeSession } from './sweep-engines.ts';

export type EngineContext = Pick<RunContext, 'runId' | 'toolbox' | 'cacheDir' | 'tempDir' | 'cgroups' | 'log' | 'signal'>;

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
const POLL_MS = 10;
/** so many engines of one user at a time; each beyond the first has to load its images anew */
const SLOTS = 8;
const LOG_TAIL_BYTES = 2000;

/**
 * Starts containerd and dockerd from the bundle, isolated as described in launch-scripts.ts, on the first free data slot of the cache.
 * @throws BenchError `engine-unavailable` with the end of the daemons' log
 */
export async function startPrivateEngine(context: EngineContext): Promise<PrivateEngine> {
  const bundle = await readBundle(context.toolbox.privateEngine);
  const engineDir = join(context.cacheDir, 'engine');
  await using groups = await EngineGroups.create(context);
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const slotDir = join(engineDir, `slot-${slot}`);
    await mkdir(slotDir, { recursive: true });
    const started = await startInSlot({ context, bundle, engineDir, slotDir, groups });
    if (started) {
      groups.keep();
      return started;
    }
  }
  throw new BenchError({
    code: 'engine-unavailable',
    message: `${SLOTS} private engines are running already (${engineDir})`,
    remedy: 'wait for the other runs, or remove what crashed runs left: thirdwave sweep',
  });
}

interface SlotStart {
  readonly context: EngineContext;
  readonly bundle: EngineBundle;
  readonly engineDir: string;
  readonly slotDir: string;
  readonly groups: EngineGroups;
  /** the second try, on fresh data */
  readonly again?: boolean;
}

/** undefined: another live engine holds the slot. */
async function startInSlot(start: SlotStart): Promise<PrivateEngine | undefined> {
  const { context, bundle, groups, slotDir } = start;
  // Not in the run's own folder: a socket path may have at most 107 bytes (sun_path in unix(7)).
  const sessionDir = join(tmpdir(), `${SESSION_PREFIX}${randomBytes(4).toString('hex')}`);
  const record = { runId: context.runId, owner: await ownIdentity(), sessionDir, slotDir };
  const recordPath = await writeRecord(start.engineDir, record);
  const forget = () => removeSession(recordPath, record);
  try {
    // after its record: a folder without one would belong to nobody
    await mkdir(sessionDir, { mode: 0o700 });
    for (const folder of ['root', 'shared/shim-trace']) await mkdir(join(sessionDir, folder), { recursive: true });
    const { toolbox } = context;
    await writeFile(join(sessionDir, 'containerd.toml'), CONTAINERD_TOML);
    await writeFile(join(sessionDir, 'daemon.json'), daemonConfig(groups.containers?.path, registeredRuntimes(toolbox)));
    await writeFile(join(sessionDir, 'daemons.sh'), DAEMONS);
    const programs = enginePrograms(toolbox).map(({ name, path }) => `${name}\t${path}\n`);
    const args = [sessionDir, slotDir, bundle.root, ...(groups.daemons?.procsFiles ?? [])];
    const holder = await spawnHolder(args, programs.join(''), sessionDir);
    const code = await readyOrExit(holder, sessionDir, context.signal);
    if (code === undefined) {
      try {
        await pruneContainers(join(sessionDir, 'docker.sock'), READY_LIMIT_MS, context.signal);
      } catch (error) {
        // Data that the engine cannot tidy is worth nothing: ended by force it counts as unclean, and the next start wipes it.
        if (start.again === true) throw error;
        context.log.debug(messageOf(error));
        await forget();
        return await startInSlot({ ...start, again: true });
      }
      return await PrivateEngine.of(start, sessionDir, holder, forget);
    }
    if (code !== SLOT_TAKEN) throw await notReady(`it ended with ${code}`, sessionDir);
    await forget();
    return undefined;
  } catch (error) {
    await forget();
    throw error;
  }
}

async function spawnHolder(args: readonly string[], programs: string, sessionDir: string): Promise<ChildProcess> {
  const log = await open(join(sessionDir, 'engine.log'), 'a');
  try {
    // A session of its own (detached): Ctrl-C in the terminal ends the suite, which then ends the engine in order.
    const holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'sh', '-c', HOLDER, 'thirdwave-engine', ...args], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: {
        ...NO_MOUNT_TABLE,
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        ROOT_SCRIPT: ROOT,
        PROGRAMS: programs,
        OOM_SCORE: scoreForChildren() ?? '',
      },
    });
    await once(holder, 'spawn');
    holder.unref();
    return holder;
  } catch (error) {
    const message = `the private engine cannot be started: ${messageOf(error)}`;
    throw new BenchError({
      code: 'engine-unavailable',
      message,
      remedy: 'apt-get install util-linux',
      cause: error,
    });
  } finally {
    await log.close();
  }
}

/** Resolves with undefined once the engine works, or with the holder's exit code or signal. */
async function readyOrExit(holder: ChildProcess, sessionDir: string, signal: AbortSignal): Promise<number | string | undefined> {
  const deadlineMs = performance.now() + READY_LIMIT_MS;
  const socketPath = join(sessionDir, 'docker.sock');
  for (;;) {
    if (holder.exitCode !== null) return holder.exitCode;
    if (holder.signalCode !== null) return holder.signalCode;
    try {
      await readEngineInfo(socketPath, 2000, signal);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadlineMs)
        throw await notReady(`not ready after ${READY_LIMIT_MS / 1000} s: ${messageOf(error)}`, sessionDir);
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

async function notReady(what: string, sessionDir: string): Promise<BenchError> {
  const log = await readFile(join(sessionDir, 'engine.log'), 'utf8').catch(() => '');
  return new BenchError({
    code: 'engine-unavailable',
    message: `the private engine did not start: ${what}; its log ends: ${log.slice(-LOG_TAIL_BYTES).trim() || '(empty)'}`,
    remedy: 'npm run setup -- --only engine, or start Docker and run again',
  });
}

/** A running engine of our own; disposal stops it and leaves nothing but its cached images. */
export class PrivateEngine implements Engine, AsyncDisposable {
  readonly ownership = 'private';
  readonly socketPath: string;
  readonly cgroup: CgroupRef | undefined;
  readonly daemonPids: readonly number[];
  readonly containerdSocketPath: string;
  readonly shared: Engine['shared'];
  readonly enter: readonly string[];
  readonly #start: SlotStart;
  readonly #holder: ChildProcess;
  readonly #initPid: number;
  readonly #forget: () => Promise<unknown>;

  private constructor(start: SlotStart, sessionDir: string, holder: ChildProcess, pids: EnginePids, forget: () => Promise<unknown>) {
    this.socketPath = join(sessionDir, 'docker.sock');
    this.cgroup = start.groups.daemons?.ref;
    this.daemonPids = pids.daemonPids;
    this.containerdSocketPath = join(sessionDir, 'containerd.sock');
    this.shared = { here: join(sessionDir, 'shared'), inside: '/run/thirdwave/shared' };
    // --wd: the target's own, “/”; with a value nsenter would open it before it has entered, and the host's “/” has no path inside
    // The suite's TMPDIR is a folder of the host, which is not there.
    this.enter = [
      'nsenter',
      '--target',
      String(pids.initPid),
      '--mount',
      '--net',
      '--pid',
      '--root',
      '--wd',
      '--',
      '/usr/bin/env',
      'TMPDIR=/tmp',
    ];
    this.#start = start;
    this.#holder = holder;
    this.#initPid = pids.initPid;
    this.#forget = forget;
  }

  static async of(start: SlotStart, sessionDir: string, holder: ChildProcess, forget: () => Promise<unknown>): Promise<PrivateEngine> {
    return new PrivateEngine(start, sessionDir, holder, await enginePids(holder.pid ?? 0), forget);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#forget();
    await this.#start.groups.remove();
  }

  /** SIGTERM to PID 1 of the namespace, which passes it on; bounded; then the kernel ends everything in the namespace at once. */
  async #stop(): Promise<void> {
    const gone = this.#holder.exitCode !== null || this.#holder.signalCode !== null;
    if (gone) return;
    this.#holder.ref();
    const exited = once(this.#holder, 'exit');
    signalIfThere(this.#initPid, 'SIGTERM');
    if ((await Promise.race([exited, pause(STOP_LIMIT_MS, 'late', { ref: false })])) === 'late') {
      signalIfThere(this.#initPid, 'SIGKILL');
      await exited;
    }
  }
}

interface EnginePids {
  /** host pid of PID 1 in the engine's namespace */
  readonly initPid: number;
  readonly daemonPids: readonly number[];
}

async function enginePids(holderPid: number): Promise<EnginePids> {
  const below = descendantsOf(holderPid, await readProcesses());
  const init = below.find((entry) => entry.namespacePids.length > 1 && entry.namespacePids.at(-1) === 1);
  if (!init)
    throw new BenchError({
      code: 'engine-unavailable',
      message: 'the private engine’s first process cannot be found in /proc',
    });
  const daemons = below.filter((entry) => entry.comm === 'dockerd' || entry.comm === 'containerd');
  return { initPid: init.pid, daemonPids: daemons.map((entry) => entry.pid) };
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
