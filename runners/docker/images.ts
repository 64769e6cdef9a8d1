import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BenchError, codeOf } from '../../core/model/error.ts';
import type { RunContext } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import type { EngineApi } from './engine-api.ts';
import {
  archiveLayer,
  filesLayer,
  HOST_ARCHITECTURE,
  type ImageConfig,
  type ImageDigests,
  type ImageFile,
  writeArchive,
} from './oci-archive.ts';

/** An image the engine has. */
export interface ReadyImage {
  /** what `create` is given */
  readonly reference: string;
  /** `sha256:<hex>`: of the manifest, for images of our own */
  readonly digest: string;
  readonly archivePath: string;
  /** `os/architecture` that `create` must name, where it is not the host's own */
  readonly platform?: string;
}

/** What an image of our own is made of. */
export interface ImageSource {
  readonly workload: string;
  /** first part of the tag, e.g. `scratch` */
  readonly packaging: string;
  /** bottom first: a root file system (`.tar.gz`) by its path, or files */
  readonly layers: readonly (string | readonly ImageFile[])[];
  readonly config: ImageConfig;
}

/** Part of every cache key: raise it when the archive's recipe changes. */
const RECIPE = 'thirdwave/image/2';

/** An image as an archive in the cache, whatever engine it is for. */
export interface ImageArchive {
  readonly name: string;
  readonly digests: ImageDigests;
  readonly archivePath: string;
}

/** The image of `source`: made (or found in the cache), and loaded where the engine does not have it. */
export async function ownImage(context: RunContext, api: EngineApi, source: ImageSource): Promise<ReadyImage> {
  const { config } = source;
  const { name, digests, archivePath } = await imageArchive(context, source);
  if (!(await engineHas(api, name, digests))) await api.loadImage(archivePath);
  const platform = config.platform === undefined ? {} : { platform: `${config.platform.os}/${config.platform.architecture}` };
  return { reference: name, digest: digests.manifest, archivePath, ...platform };
}

/** The archive of `source`: made, or found in the cache by the hash of everything in it. */
export async function imageArchive(context: Pick<RunContext, 'cacheDir'>, source: ImageSource): Promise<ImageArchive> {
  const { workload, packaging, layers, config } = source;
  const key = createHash('sha256').update(JSON.stringify([RECIPE, process.arch, config]));
  for (const layer of layers) {
    if (typeof layer === 'string') await pipeline(createReadStream(layer), key, { end: false });
    else for (const { path, mode, content } of layer) key.update(`${path}\0${mode}\0`).update(content);
  }
  const short = key.digest('hex').slice(0, 12);
  const name = `thirdwave/${workload.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:${packaging}-${short}`;
  const folder = join(context.cacheDir, 'images');
  await mkdir(folder, { recursive: true });
  const archivePath = join(folder, `${name.replaceAll(/[/:]/g, '-')}.tar`);
  const digests = (await knownDigests(archivePath)) ?? (await makeArchive(archivePath, name, source));
  return { name, digests, archivePath };
}

async function makeArchive(archivePath: string, name: string, { layers, config }: ImageSource): Promise<ImageDigests> {
  const made = [];
  for (const layer of layers) made.push(typeof layer === 'string' ? await archiveLayer(layer) : await filesLayer(layer));
  const digests = await writeArchive(archivePath, { reference: `docker.io/${name}`, layers: made, config });
  const notes = `${archivePath}.json`;
  await writeFile(`${notes}.${process.pid}.new`, JSON.stringify(digests));
  await rename(`${notes}.${process.pid}.new`, notes);
  return digests;
}

/** Written after the archive: where it exists, the archive is whole. */
async function knownDigests(archivePath: string): Promise<ImageDigests | undefined> {
  const text = await readFile(`${archivePath}.json`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ImageDigests);
}

/** An engine with the containerd image store names an image by its manifest, an older one by its configuration. */
async function engineHas(api: EngineApi, name: string, digests: ImageDigests): Promise<boolean> {
  try {
    const { Id } = await api.inspectImage(name);
    return Id === digests.manifest || Id === digests.config;
  } catch (error) {
    if (codeOf(error) === 'image-missing') return false;
    throw error;
  }
}

/** Used as it is, under the digest it has now, so that a tag that moves during the run changes nothing. @throws BenchError `image-missing` */
export async function usersImage(context: RunContext, api: EngineApi, workload: Workload): Promise<ReadyImage> {
  const reference = workload.artifacts.image;
  if (reference === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} names no image` });
  const { Id, Architecture } = await inspectUsers(api, reference);
  const own = HOST_ARCHITECTURE;
  if (Architecture !== own) {
    throw new BenchError({
      code: 'architecture',
      message: `image ${reference} is for ${Architecture}; this host is ${own}`,
      remedy: `docker pull --platform linux/${own} ${reference}`,
    });
  }
  const archivePath = join(context.tempDir, `image-${Id.replace(':', '-')}.tar`);
  await pipeline(await api.saveImage(reference), createWriteStream(archivePath));
  return { reference: Id, digest: Id, archivePath };
}

async function inspectUsers(api: EngineApi, reference: string): Promise<{ readonly Id: string; readonly Architecture: string }> {
  try {
    return await api.inspectImage(reference);
  } catch (error) {
    if (codeOf(error) !== 'image-missing') throw error;
    const message = `the engine has no image ${reference}`;
    throw new BenchError({ code: 'image-missing', message, remedy: `docker pull ${reference}`, cause: error });
  }
}
