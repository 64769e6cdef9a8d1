import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BenchError, codeOf } from '../../core/model/error.ts';
import { isFound, type RunContext } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import { readArtifact } from '../native/file-digest.ts';
import type { EngineApi } from './engine-api.ts';
import { fileLayer, type ImageDigests, programLayer, writeArchive } from './oci-archive.ts';
import type { Packaging } from './variants.ts';

/** An image the engine has. */
export interface ReadyImage {
  /** what `create` is given */
  readonly reference: string;
  /** `sha256:<hex>`: of the manifest, for images of our own */
  readonly digest: string;
  readonly archivePath: string;
}

/** Part of every cache key: raise it when the archive's recipe changes. */
const RECIPE = 'thirdwave/image/1';

/** The image of one workload in one packaging: made (or found in the cache), and loaded where the engine does not have it. */
export async function readyImage(context: RunContext, api: EngineApi, packaging: Packaging, workload: Workload): Promise<ReadyImage> {
  return packaging === 'image' ? usersImage(context, api, workload) : ownImage(context, api, packaging, workload);
}

async function ownImage(context: RunContext, api: EngineApi, packaging: 'scratch' | 'debian', workload: Workload): Promise<ReadyImage> {
  const binaryPath = workload.artifacts.binary;
  if (binaryPath === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} has no binary` });
  const program = await readArtifact(binaryPath);
  const basePath = packaging === 'debian' ? debianBase(context) : undefined;
  const key = createHash('sha256').update(RECIPE).update(process.arch).update(program);
  if (basePath !== undefined) key.update(await readFile(basePath));
  const short = key.digest('hex').slice(0, 12);
  const name = `thirdwave/${workload.id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:${packaging}-${short}`;
  const folder = join(context.cacheDir, 'images');
  await mkdir(folder, { recursive: true });
  const archivePath = join(folder, `${name.replaceAll(/[/:]/g, '-')}.tar`);
  const digests = (await knownDigests(archivePath)) ?? (await makeArchive(archivePath, name, program, basePath));
  if (!(await engineHas(api, name, digests))) await api.loadImage(archivePath);
  return { reference: name, digest: digests.manifest, archivePath };
}

async function makeArchive(archivePath: string, name: string, program: Buffer, basePath: string | undefined): Promise<ImageDigests> {
  const base = basePath === undefined ? [] : [await fileLayer(basePath)];
  const digests = await writeArchive(archivePath, {
    reference: `docker.io/${name}`,
    layers: [...base, await programLayer(program)],
  });
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

/** Used as it is, under the digest it has now, so that a tag that moves during the run changes nothing. */
async function usersImage(context: RunContext, api: EngineApi, workload: Workload): Promise<ReadyImage> {
  const reference = workload.artifacts.image;
  if (reference === undefined) throw new BenchError({ code: 'artifact-missing', message: `workload ${workload.id} names no image` });
  const { Id } = await inspectUsers(api, reference);
  const archivePath = join(context.tempDir, `image-${Id.replace(':', '-')}.tar`);
  await pipeline(await api.saveImage(reference), createWriteStream(archivePath));
  return { reference: Id, digest: Id, archivePath };
}

async function inspectUsers(api: EngineApi, reference: string): Promise<{ readonly Id: string }> {
  try {
    return await api.inspectImage(reference);
  } catch (error) {
    if (codeOf(error) !== 'image-missing') throw error;
    const message = `the engine has no image ${reference}`;
    throw new BenchError({
      code: 'image-missing',
      message,
      remedy: `docker pull ${reference}`,
      cause: error,
    });
  }
}

function debianBase({ toolbox }: RunContext): string {
  if (isFound(toolbox.debianBase)) return toolbox.debianBase.path;
  const { missing, remedy } = toolbox.debianBase;
  throw new BenchError({
    code: 'artifact-missing',
    message: `no Debian base for the image: ${missing}`,
    remedy,
  });
}
