import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

/** Where the program lies in every image we make. */
export const PROGRAM_PATH = '/workload';

export interface ImageFile {
  /** absolute */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

export interface ImageConfig {
  readonly entrypoint: readonly string[];
  /** default: linux on this machine's architecture */
  readonly platform?: { readonly os: string; readonly architecture: string };
}

const IMAGE_LABEL = 'thirdwave';

/** One gzip-compressed layer: bytes in memory, or a file that is too large for it. */
export interface Layer {
  /** `sha256:<hex>` of the compressed blob */
  readonly digest: string;
  /** `sha256:<hex>` of the tar inside */
  readonly diffId: string;
  readonly bytesCompressed: number;
  readonly content: Buffer | { readonly path: string };
}

export interface ImageDescription {
  /** full name, e.g. `docker.io/thirdwave/noop:scratch-0123456789ab` */
  readonly reference: string;
  readonly layers: readonly Layer[];
  readonly config: ImageConfig;
}

export interface ImageDigests {
  readonly manifest: string;
  readonly config: string;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const EPOCH = new Date(0);
/** This machine’s architecture as images name it (OCI image specification, GOARCH). */
export const HOST_ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** A layer of these files and nothing else; the same bytes give the same digest, on every machine with the same zlib. */
export async function filesLayer(files: readonly ImageFile[]): Promise<Layer> {
  const archive = pack();
  for (const { path, mode, content } of files) archive.entry({ name: path.slice(1), mode, uid: 0, gid: 0, mtime: EPOCH }, content);
  archive.finalize();
  const tar = await collect(archive);
  const content = gzipSync(tar, { level: 9 });
  return { digest: sha256(content), diffId: sha256(tar), bytesCompressed: content.length, content };
}

/** A root file system (`.tar.gz`) as a layer, read once for its two digests. */
export async function archiveLayer(path: string): Promise<Layer> {
  const compressed = createHash('sha256');
  const plain = createHash('sha256');
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      compressed.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(path), tap, createGunzip(), async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) plain.update(chunk);
  });
  const { size } = await stat(path);
  return {
    digest: prefixed(compressed.digest('hex')),
    diffId: prefixed(plain.digest('hex')),
    bytesCompressed: size,
    content: { path },
  };
}

/**
 * Writes an image as an archive with OCI layout, plus the `manifest.json` older engines look for. Everything in it is derived from the
 * layers: no time, no host name, no compiler.
 */
export async function writeArchive(path: string, image: ImageDescription): Promise<ImageDigests> {
  const { config, manifest, documents } = documentsOf(image);
  const archive = pack();
  // two runs may make the same image at once
  const unfinished = `${path}.${process.pid}.new`;
  try {
    const written = pipeline(archive, createWriteStream(unfinished));
    await Promise.all([written, fill(archive, image.layers, documents)]);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { manifest, config };
}

function documentsOf({
  reference,
  layers,
  config: { entrypoint, platform },
}: ImageDescription): ImageDigests & { readonly documents: ReadonlyMap<string, Buffer> } {
  const config = json({
    architecture: HOST_ARCHITECTURE,
    os: 'linux',
    ...platform,
    created: EPOCH.toISOString(),
    config: { Entrypoint: entrypoint, Labels: { [IMAGE_LABEL]: '1' } },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map(() => ({ created: EPOCH.toISOString(), created_by: 'thirdwave' })),
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: sha256(config),
      size: config.length,
    },
    layers: layers.map((layer) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: layer.digest,
      size: layer.bytesCompressed,
    })),
  });
  const tag = reference.slice(reference.lastIndexOf(':') + 1);
  const annotations = { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': tag };
  const descriptor = {
    mediaType: MANIFEST_TYPE,
    digest: sha256(manifest),
    size: manifest.length,
    ...(platform === undefined ? {} : { platform }),
    annotations,
  };
  const legacy = {
    Config: blobPath(sha256(config)),
    RepoTags: [reference.replace(/^docker\.io\//, '')],
    Layers: layers.map((layer) => blobPath(layer.digest)),
  };
  const documents = new Map([
    ['oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    [
      'index.json',
      json({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [descriptor],
      }),
    ],
    ['manifest.json', json([legacy])],
    [blobPath(sha256(config)), config],
    [blobPath(sha256(manifest)), manifest],
  ]);
  return { config: sha256(config), manifest: sha256(manifest), documents };
}

async function fill(archive: Pack, layers: readonly Layer[], documents: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, content] of documents) archive.entry({ name, mode: 0o644, mtime: EPOCH }, content);
  for (const { digest, bytesCompressed, content } of layers) {
    const header = { name: blobPath(digest), mode: 0o644, mtime: EPOCH, size: bytesCompressed };
    if (Buffer.isBuffer(content)) archive.entry(header, content);
    else await pipeline(createReadStream(content.path), archive.entry(header));
  }
  archive.finalize();
}

async function collect(archive: Pack): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(bytes: Uint8Array): string {
  return prefixed(createHash('sha256').update(bytes).digest('hex'));
}

function prefixed(hex: string): string {
  return `sha256:${hex}`;
}

function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}
