import { setTimeout as pause } from 'node:timers/promises';
import { type ContainerdClient, STATUS, statusOf } from './client.ts';
import { SNAPSHOTTER } from './import-image.ts';

const SIGKILL = 9;
/** after a shim that was killed, containerd takes a moment to let go of its task */
const LET_GO_LIMIT_MS = 5000;
const RETRY_MS = 100;

interface Removal {
  /** the task may still live and is killed first */
  readonly running: boolean;
}

/**
 * Removes the task, the container and its snapshot, in the order in which containerd lets go of them; what is not there is no error.
 * @throws BenchError of client.ts; what comes after a failed step is tried all the same
 */
export async function removeContainer(client: ContainerdClient, id: string, { running }: Removal): Promise<void> {
  const steps: readonly (() => Promise<unknown>)[] = [
    ...(running ? [async () => killed(client, id)] : []),
    async () => client.call('tasks.Tasks.Delete', { container_id: id }),
    async () => client.call('containers.Containers.Delete', { id }),
    async () => client.call('snapshots.Snapshots.Remove', { snapshotter: SNAPSHOTTER, key: id }),
  ];
  const deadlineMs = performance.now() + LET_GO_LIMIT_MS;
  for (;;) {
    const failures: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => failures.push(error));
    const real = failures.find((error) => statusOf(error) !== STATUS.notFound);
    if (real === undefined) return;
    if (performance.now() > deadlineMs) throw real;
    await pause(RETRY_MS);
  }
}

/** Ends a task and sees its end. A task that was created but not started is not there to be waited for. */
async function killed(client: ContainerdClient, id: string): Promise<void> {
  await client.call('tasks.Tasks.Kill', { container_id: id, signal: SIGKILL, all: true }).catch((error: unknown) => {
    // it has just ended by itself, or never ran
    if (statusOf(error) !== STATUS.failedPrecondition) throw error;
  });
  await client.call('tasks.Tasks.Wait', { container_id: id });
}
