import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { BenchError } from '../../core/model/error.ts';
import { type ContainerdClient, STATUS, statusOf } from './client.ts';

/** A mount as containerd describes a snapshot. */
export interface Mount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** containerd's default snapshotter, which Docker's containerd image store uses too. */
export const SNAPSHOTTER = 'overlayfs';

export interface ImportedImage {
  readonly name: string;
  /** committed snapshot with the image's files: parent of every container's own */
  readonly chainId: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Brings an image of ours (an archive with OCI layout, oci-archive.ts) into containerd and unpacks it; untimed, and nothing where it is there already. The image's
 * record comes first and refers to everything else by the labels that containerd's garbage collector follows, so that removing the image
 * (`ctr -n thirdwave images rm`) removes all of it.
 */
export async function importImage(client: ContainerdClient, archivePath: string): Promise<ImportedImage> {
  const blobs = await readArchive(archivePath);
  const json = (digest: string): unknown => JSON.parse(blobOf(blobs, digest).toString('utf8'));
  const index = JSON.parse(named(blobs, 'index.json').toString('utf8')) as {
    manifests: (Descriptor & { annotations: Record<string, string> })[];
  };
  const [target] = index.manifests;
  if (!target) throw unusable(archivePath);
  const name = target.annotations['io.containerd.image.name'] ?? target.digest;
  const manifest = json(target.digest) as { config: Descriptor; layers: Descriptor[] };
  const { rootfs } = json(manifest.config.digest) as { rootfs: { diff_ids: string[] } };
  const chainIds = chainIdsOf(rootfs.diff_ids);
  const chainId = chainIds.at(-1);
  if (chainId === undefined) throw unusable(archivePath);
  if (await hasSnapshot(client, chainId)) return { name, chainId };
  const descriptor = { media_type: target.mediaType, digest: target.digest, size: target.size };
  await unlessThere(client.call('images.Images.Create', { image: { name, labels: { thirdwave: '1' }, target: descriptor } }));
  const layerRefs = manifest.layers.map(({ digest }, at) => [`containerd.io/gc.ref.content.l.${at}`, digest]);
  const refs = Object.fromEntries([...layerRefs, ['containerd.io/gc.ref.content.config', manifest.config.digest]]) as Record<
    string,
    string
  >;
  await client.writeContent(target.digest, blobOf(blobs, target.digest), refs);
  const unpacked = { [`containerd.io/gc.ref.snapshot.${SNAPSHOTTER}`]: chainId };
  await client.writeContent(manifest.config.digest, blobOf(blobs, manifest.config.digest), unpacked);
  for (const { digest } of manifest.layers) await client.writeContent(digest, blobOf(blobs, digest), {});
  for (const [at, layer] of manifest.layers.entries()) await unpack(client, layer, chainIds[at] ?? '', chainIds[at - 1] ?? '');
  return { name, chainId };
}

async function unpack(client: ContainerdClient, layer: Descriptor, chainId: string, parent: string): Promise<void> {
  if (await hasSnapshot(client, chainId)) return;
  const key = `thirdwave-unpack-${process.pid}-${chainId.slice(-12)}`;
  const labels = { 'containerd.io/gc.root': 'unpacking' };
  const place = { snapshotter: SNAPSHOTTER, key };
  await client.call('snapshots.Snapshots.Remove', place).catch(() => {});
  const { mounts } = await client.call<{ mounts: readonly Mount[] }>('snapshots.Snapshots.Prepare', { ...place, parent, labels });
  try {
    const diff = { media_type: layer.mediaType, digest: layer.digest, size: layer.size };
    await client.call('diff.Diff.Apply', { diff, mounts });
    await unlessThere(client.call('snapshots.Snapshots.Commit', { ...place, name: chainId }));
  } catch (error) {
    await client.call('snapshots.Snapshots.Remove', place).catch(() => {});
    throw error;
  }
}

/** Chain ids of the layers, bottom first (OCI image specification, “Layer ChainID”). */
export function chainIdsOf(diffIds: readonly string[]): readonly string[] {
  const chain: string[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`);
  }
  return chain;
}

async function hasSnapshot(client: ContainerdClient, key: string): Promise<boolean> {
  try {
    await client.call('snapshots.Snapshots.Stat', { snapshotter: SNAPSHOTTER, key });
    return true;
  } catch (error) {
    if (statusOf(error) === STATUS.notFound) return false;
    throw error;
  }
}

async function unlessThere(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (statusOf(error) !== STATUS.alreadyExists) throw error;
  }
}

/** Files of an archive by name. Images of ours are small: a program, and at most a base. */
async function readArchive(path: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = extract();
  const piped = pipeline(createReadStream(path), archive);
  for await (const entry of archive) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    files.set(entry.header.name, Buffer.concat(chunks));
  }
  await piped;
  return files;
}

function blobOf(files: ReadonlyMap<string, Buffer>, digest: string): Buffer {
  return named(files, `blobs/sha256/${digest.replace('sha256:', '')}`);
}

function named(files: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const found = files.get(name);
  if (!found) throw unusable(name);
  return found;
}

function unusable(what: string): BenchError {
  return new BenchError({
    code: 'image-load-failed',
    message: `${what} is no image archive of ours`,
    remedy: 'remove it from the cache; it is made again',
  });
}
