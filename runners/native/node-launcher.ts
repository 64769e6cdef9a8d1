import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { scoreForChildren } from '../../core/host/oom-score.ts';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError, codeOf, messageOf } from '../../core/model/error.ts';
import { deferred } from './deferred.ts';
import { type Launched, type LaunchExit, type LaunchSpec, STDOUT_LIMIT_BYTES } from './launcher.ts';
import { NodeReplies } from './node-replies.ts';

/**
 * Launch by Node's spawn, used where the Rust launcher could not be built. Its t0…t1 contains Node's own fork cost and event-loop delay, and CPU
 * time is not known (Node reaps without rusage); both are said in the record.
 */
export function launchByNode(spec: LaunchSpec, context: Pick<RunContext, 'now'>): Launched {
  const pid = deferred<number>();
  const firstByte = deferred<void>();
  const exited = deferred<LaunchExit>();
  for (const waiting of [pid, firstByte, exited]) waiting.promise.catch(() => {});
  const chunks: Buffer[] = [];
  let size = 0;
  let stderrTail = '';
  let firstByteNs: number | undefined;
  let exitNs = 0;
  let timedOut = false;
  const [command, ...args] = spec.argv;
  const stdin = spec.stdin.kind === 'empty' ? 'ignore' : 'pipe';
  const t0Ns = context.now();
  const child = spawn(command, args, { env: spec.env, stdio: [stdin, 'pipe', 'pipe'], detached: true });
  const spawnedNs = context.now();
  const replies = new NodeReplies(spec.stdin.kind === 'hold' ? child.stdin : null, () => context.now());
  const killGroup = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const cutOff = (): void => {
    timedOut = true;
    killGroup();
  };
  const readyTimer = setTimeout(() => firstByteNs === undefined && cutOff(), spec.readyTimeoutNs / 1e6);
  const exitTimer = setTimeout(cutOff, spec.exitTimeoutNs / 1e6);
  child.stdout?.on('data', (chunk: Buffer) => {
    firstByteNs ??= context.now();
    firstByte.resolve();
    if (size < STDOUT_LIMIT_BYTES) chunks.push(chunk);
    size += chunk.length;
    replies.received(chunk.length);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString('utf8')).slice(-4096);
  });
  child.once('spawn', () => {
    const score = scoreForChildren();
    if (score !== undefined) writeFileSync(`/proc/${child.pid}/oom_score_adj`, score);
    for (const file of spec.cgroupProcsFiles) writeFileSync(file, String(child.pid));
    pid.resolve(child.pid ?? -1);
  });
  child.once('error', (error) => {
    const message = `cannot launch ${command}: ${codeOf(error)} ${messageOf(error)}`;
    const failure = new BenchError({ code: 'spawn-failed', message, cause: error });
    for (const waiting of [pid, firstByte, exited]) waiting.reject(failure);
  });
  child.once('exit', () => {
    exitNs = context.now();
  });
  child.once('close', (code, signal) => {
    clearTimeout(readyTimer);
    clearTimeout(exitTimer);
    replies.end();
    firstByte.resolve();
    exited.resolve({
      t0Ns,
      spawnedNs,
      firstByteNs,
      exitNs,
      timedOut,
      stderrTail,
      code: code ?? undefined,
      signal: signal === null ? undefined : `signal ${signal}`,
      cpuNs: undefined,
      stdout: Buffer.concat(chunks).subarray(0, STDOUT_LIMIT_BYTES),
      stdoutTruncated: size > STDOUT_LIMIT_BYTES,
    });
  });
  if (spec.stdin.kind === 'bytes') child.stdin?.end(spec.stdin.bytes);
  child.stdin?.on('error', () => {});
  return {
    pid: pid.promise,
    firstByte: firstByte.promise,
    exited: exited.promise,
    write: (bytes, replyBytes) => replies.send(bytes, replyBytes),
    release: () => child.stdin?.end(),
    kill: killGroup,
  };
}
