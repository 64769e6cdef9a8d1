import { codeOf } from '../../core/model/error.ts';
import { pidsInFolder, pidsWithArgument } from '../engine/processes.ts';
import { bounded } from '../native/bounded.ts';
import type { EngineApi } from './engine-api.ts';

/** how long the engine may take to remove a container before what it waits for is ended */
const REMOVE_LIMIT_NS = 5e9;

/**
 * Removes a container, whatever state it is in. The engine holds a container's lock while a start is under way, so that a shim or runtime that
 * hangs would hold up the removal for ever: then every process that has the container's id as an argument, or works in its
 * bundle (shim, runtime), is killed, which ends the start. @throws BenchError of api-errors.ts
 */
export async function removeWhatever(api: EngineApi, id: string): Promise<void> {
  const removed = api.removeContainer(id);
  try {
    await bounded(removed, { limitNs: REMOVE_LIMIT_NS });
  } catch (error) {
    if (codeOf(error) !== 'timeout') throw error;
    await endProcessesOf(id);
    await removed;
  }
}

/** Kills the shim and the runtime of a container: every process that has its id as an argument, or works in its bundle. */
export async function endProcessesOf(id: string): Promise<void> {
  for (const pid of new Set([...(await pidsWithArgument(id)), ...(await pidsInFolder(id))])) killIfAllowed(pid);
}

function killIfAllowed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}
