import { createReadStream } from 'node:fs';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { BenchError } from '../../core/model/error.ts';

export interface LayerWeight {
  /** digest of the layer as it is stored */
  readonly digest: string;
  readonly bytesCompressed: number;
  /** the archive did not hold it compressed: gzip at level 6 was used to say what a registry would send */
  readonly compressedByUs: boolean;
  /** bytes of the layer's tar stream, headers and padding included */
  readonly bytesUnpacked: number;
}

export interface ImageWeight {
  readonly layers: readonly LayerWeight[];
  /** manifest and configuration */
  readonly bytesMetadata: number;
}

const Descriptor = z.object({
  digest: z.string(),
  size: z.number(),
  mediaType: z.string().optional(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});
const Index = z.object({ manifests: z.array(Descriptor).min(1) });
const ImageManifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });

/**
 * Weighs an image from its OCI archive (the layout `docker save` writes; OCI image-layout 1.0.0): the first image of index.json, or of the index
 * that it points to. @throws BenchError `image-unreadable`
 */
export async function weighArchive(path: string): Promise<ImageWeight> {
  const documents = await smallEntries(path);
  const read = <T>(name: string, schema: z.ZodType<T>): T => {
    const text = documents.get(name);
    if (text === undefined) throw unreadable(path, `it has no ${name}`);
    const parsed = schema.safeParse(JSON.parse(text));
    if (!parsed.success) throw unreadable(path, `${name}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  let descriptor = imageOf(read('index.json', Index));
  while (/index|manifest\.list/.test(descriptor.mediaType ?? '')) descriptor = imageOf(read(blobName(descriptor.digest), Index));
  const manifest = read(blobName(descriptor.digest), ImageManifest);
  const wanted = new Map(manifest.layers.map((layer) => [blobName(layer.digest), layer.digest]));
  const weights = await layerWeights(path, wanted);
  const layers = manifest.layers.map((layer) => {
    const weight = weights.get(layer.digest);
    if (!weight) throw unreadable(path, `layer ${layer.digest} is not in it`);
    return weight;
  });
  return { layers, bytesMetadata: descriptor.size + manifest.config.size };
}

/** Attestations come as manifests for an unknown platform; they are not the image. */
function imageOf({ manifests }: z.infer<typeof Index>): z.infer<typeof Descriptor> {
  const [first] = manifests.filter((manifest) => manifest.platform?.os !== 'unknown');
  return first ?? (manifests[0] as z.infer<typeof Descriptor>);
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

const SMALL_BYTES = 1024 * 1024;

async function smallEntries(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await eachEntry(path, async (name, size, stream) => {
    if (size > SMALL_BYTES) return;
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    found.set(name, Buffer.concat(chunks).toString('utf8'));
  });
  return found;
}

async function layerWeights(path: string, wanted: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, LayerWeight>> {
  const found = new Map<string, LayerWeight>();
  await eachEntry(path, async (name, size, stream) => {
    const digest = wanted.get(name);
    if (digest === undefined) return;
    const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const first = await iterator.next();
    const head = first.done === true ? Buffer.alloc(0) : first.value;
    const gzipped = head[0] === 0x1f && head[1] === 0x8b;
    const counted = await countThrough(gzipped ? createGunzip() : createGzip({ level: 6 }), head, iterator);
    found.set(digest, {
      digest,
      bytesCompressed: gzipped ? size : counted,
      compressedByUs: !gzipped,
      bytesUnpacked: gzipped ? counted : size,
    });
  });
  return found;
}

async function countThrough(transform: Transform, head: Buffer, rest: AsyncIterator<Buffer>): Promise<number> {
  let bytes = 0;
  const source = async function* source(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  };
  await pipeline(Readable.from(source()), transform, async (counted: AsyncIterable<Buffer>) => {
    for await (const chunk of counted) bytes += chunk.length;
  });
  return bytes;
}

async function eachEntry(
  path: string,
  visit: (name: string, size: number, stream: AsyncIterable<unknown>) => Promise<void>,
): Promise<void> {
  const archive = extract();
  const piped = pipeline(createReadStream(path), archive);
  for await (const entry of archive) {
    if (entry.header.type === 'file') await visit(entry.header.name.replace(/^\.\//, ''), entry.header.size ?? 0, entry);
    entry.resume();
  }
  await piped;
}

function unreadable(path: string, why: string): BenchError {
  return new BenchError({ code: 'image-unreadable', message: `${path} is not an OCI image archive: ${why}` });
}
