import { access, constants } from 'node:fs/promises';
import { messageOf } from '../../core/model/error.ts';
import { OWNER_LABEL, RUN_LABEL } from '../docker/labels.ts';
import { hostContainerdSocket } from '../engine/connect-engine.ts';
import { mayBeAlive, parseOwner } from '../engine/owner.ts';
import type { DetectContext } from '../runner.ts';
import { ContainerdClient } from './client.ts';
import { SNAPSHOTTER } from './import-image.ts';
import { removeContainer } from './remove.ts';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Removes tasks, containers and snapshots that runs of dead owners left in the host's own containerd; a private engine's end with it. Images stay, as they do in
 * Docker (`ctr -n thirdwave images rm` removes them with all that belongs to them). @returns what was removed, in words
 */
export async function sweepContainerd({ log }: DetectContext, runId: string | undefined): Promise<readonly string[]> {
  const socketPath = hostContainerdSocket();
  if (socketPath === undefined) return [];
  try {
    await access(socketPath, constants.W_OK);
    using client = await ContainerdClient.open(socketPath);
    return await sweepSocket(client, runId);
  } catch (error) {
    log.debug(messageOf(error));
    return [];
  }
}

/** The same on a given containerd. */
export async function sweepSocket(client: ContainerdClient, runId: string | undefined): Promise<readonly string[]> {
  const { containers } = await client.call<{ containers: readonly ({ readonly id: string } & Labelled)[] }>(
    'containers.Containers.List',
    {},
  );
  const answers = await client.collect<{ info: readonly ({ readonly name: string } & Labelled)[] }>('snapshots.Snapshots.List', {
    snapshotter: SNAPSHOTTER,
  });
  const snapshots = answers.flatMap(({ info }) => info).map(({ name, labels }) => ({ id: name, labels }));
  const removed: string[] = [];
  for (const { id, labels } of [...containers, ...snapshots]) {
    if (removed.includes(id) || !(await isLeftOver(labels, runId))) continue;
    await removeContainer(client, id, { running: true });
    removed.push(id);
  }
  return removed.map((id) => `container ${id} in containerd`);
}

async function isLeftOver(labels: Labelled['labels'], runId: string | undefined): Promise<boolean> {
  const run = labels[RUN_LABEL];
  if (run === undefined || (runId !== undefined && run !== runId)) return false;
  const owner = parseOwner(labels[OWNER_LABEL] ?? '');
  return !owner || !(await mayBeAlive(owner));
}
