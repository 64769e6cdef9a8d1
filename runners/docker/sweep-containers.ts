import { messageOf } from '../../core/model/error.ts';
import { hostSocketPath, readEngineInfo } from '../engine/engine-request.ts';
import { mayBeAlive, parseOwner } from '../engine/owner.ts';
import type { DetectContext } from '../runner.ts';
import { EngineApi } from './engine-api.ts';
import { OWNER_LABEL, RUN_LABEL } from './labels.ts';

const ANSWER_LIMIT_MS = 5000;

/** Removes containers that runs of dead owners left on the user's engine; a private engine's end with it. @returns what was removed, in words */
export async function sweepContainers({ log, signal }: DetectContext, runId: string | undefined): Promise<readonly string[]> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath === undefined) return [];
  try {
    await readEngineInfo(socketPath, ANSWER_LIMIT_MS, signal);
  } catch (error) {
    log.debug(messageOf(error));
    return [];
  }
  using api = await EngineApi.open(socketPath, () => 0);
  const removed: string[] = [];
  for (const { Id, Labels } of await api.listContainers(runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`)) {
    const owner = parseOwner(Labels[OWNER_LABEL] ?? '');
    if (owner && (await mayBeAlive(owner))) continue;
    await api.removeContainer(Id);
    removed.push(`container ${Id.slice(0, 12)} of run ${Labels[RUN_LABEL] ?? 'unknown'}`);
  }
  return removed;
}
