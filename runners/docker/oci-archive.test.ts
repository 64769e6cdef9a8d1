import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveLayer, filesLayer, PROGRAM_PATH, writeArchive } from './oci-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function entriesOf(tar: Buffer): Promise<Map<string, { content: Buffer; mode: number | undefined; mtimeMs: number | undefined }>> {
  const entries = new Map<string, { content: Buffer; mode: number | undefined; mtimeMs: number | undefined }>();
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    entries.set(entry.header.name, {
      content: Buffer.concat(chunks),
      mode: entry.header.mode,
      mtimeMs: entry.header.mtime?.getTime(),
    });
  }
  return entries;
}

const PROGRAM = Buffer.from('\x7fELF not really');
const REFERENCE = 'docker.io/thirdwave/noop:debian-0123456789ab';

async function twoLayerArchive(name: string) {
  const base = join(folder, 'base.tar.gz');
  await writeFile(base, gzipSync(Buffer.alloc(100_000, 'base')));
  const path = join(folder, name);
  const digests = await writeArchive(path, {
    reference: REFERENCE,
    layers: [await archiveLayer(base), await filesLayer([{ path: PROGRAM_PATH, mode: 0o755, content: PROGRAM }])],
    config: { entrypoint: [PROGRAM_PATH] },
  });
  return { path, digests, base: await readFile(base) };
}

describe('an image of our own', () => {
  it('is the same bytes every time', async () => {
    const first = await twoLayerArchive('first.tar');
    const second = await twoLayerArchive('second.tar');
    expect(await readFile(first.path)).toEqual(await readFile(second.path));
    expect(first.digests).toEqual(second.digests);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('has only blobs whose name is the digest of their content', async () => {
    const { path } = await twoLayerArchive('image.tar');
    const blobs = [...(await entriesOf(await readFile(path)))].filter(([name]) => name.startsWith('blobs/'));
    expect(blobs).toHaveLength(4);
    for (const [name, { content }] of blobs) expect(`sha256:${name.slice('blobs/sha256/'.length)}`).toBe(sha256(content));
  });

  it('leads from the index to the layers, and from the diff ids to what is inside them', async () => {
    const { path, digests, base } = await twoLayerArchive('image.tar');
    const entries = await entriesOf(await readFile(path));
    const json = (name: string) => JSON.parse(entries.get(name)?.content.toString() ?? '') as Record<string, never>;
    const blob = (digest: string) => `blobs/sha256/${digest.slice(7)}`;
    expect(json('index.json')).toMatchObject({
      manifests: [{ digest: digests.manifest, annotations: { 'io.containerd.image.name': REFERENCE } }],
    });
    const manifest = json(blob(digests.manifest)) as unknown as {
      config: { digest: string };
      layers: { digest: string; size: number }[];
    };
    expect(manifest.config.digest).toBe(digests.config);
    expect(manifest.layers[0]).toMatchObject({ digest: sha256(base), size: base.length });
    const contents = manifest.layers.map(({ digest }) => gunzipSync(entries.get(blob(digest))?.content ?? Buffer.alloc(0)));
    expect(json(blob(digests.config))).toMatchObject({
      os: 'linux',
      config: { Entrypoint: ['/workload'], Labels: { thirdwave: '1' } },
      rootfs: { diff_ids: contents.map(sha256) },
    });
  });

  it('names itself for engines that know no OCI layout', async () => {
    const { path, digests } = await twoLayerArchive('image.tar');
    const legacy = JSON.parse((await entriesOf(await readFile(path))).get('manifest.json')?.content.toString() ?? '') as unknown;
    expect(legacy).toEqual([
      {
        Config: `blobs/sha256/${digests.config.slice(7)}`,
        RepoTags: ['thirdwave/noop:debian-0123456789ab'],
        Layers: expect.any(Array) as unknown,
      },
    ]);
  });

  it('holds the program executable, without a time of its making', async () => {
    const { content } = await filesLayer([{ path: PROGRAM_PATH, mode: 0o755, content: PROGRAM }]);
    if (!Buffer.isBuffer(content)) throw new Error('a program layer is held in memory');
    expect([...(await entriesOf(gunzipSync(content)))]).toEqual([['workload', { content: PROGRAM, mode: 0o755, mtimeMs: 0 }]]);
  });
});
