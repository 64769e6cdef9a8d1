import { stat } from 'node:fs/promises';
import { messageOf } from '../core/model/error.ts';
import type { MetricDeclaration } from '../core/model/vocabulary.ts';
import type { Artifact, Prepared } from '../runners/runner.ts';
import { type ImageWeight, weighArchive } from './oci/weigh-archive.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads: the bytes of what must be shipped and kept, once per artifact: files by their length, images by the layers of their OCI archive.
 * Resolution: a byte; the same artifact gives the same number (noise “exact”, n = 1).
 * Cannot see: what a file system adds (blocks, inodes), and what the engine keeps twice (the compressed blob and the unpacked snapshot).
 */

const metric = (id: string, title: string, definition: string): MetricDeclaration => ({
  id,
  title,
  unit: 'B',
  better: 'lower',
  noise: 'exact',
  definition,
});

const METRICS = [
  metric('image_bytes_compressed', 'Image, compressed', 'compressed layers + configuration + manifest: what a registry sends'),
  metric('image_bytes_unpacked', 'Image, unpacked', 'the layers’ tar streams, headers included: what is unpacked on the host'),
  metric(
    'image_bytes_unique',
    'Image, unique',
    'compressed layers that no image of another workload of this run has: what one more program adds',
  ),
  metric('artifact_bytes_binary', 'Binary', 'the static native executable'),
  metric('artifact_bytes_wasm', '.wasm', 'the WebAssembly module'),
  metric('artifact_bytes_cwasm', '.cwasm', 'the module compiled ahead of time for this engine and CPU'),
  metric('artifact_bytes_kernel', 'Guest kernel', 'the kernel image a virtual machine boots'),
  metric('artifact_bytes_initrd', 'Initramfs', 'the guest’s whole file system, uncompressed: its first process and the program'),
  metric('artifact_bytes_runtime', 'Runtime', 'the runtime’s own binary: shared by all instances, never added to an image'),
] as const;

const probe: Probe = {
  id: 'image-size',
  title: 'Size of what is shipped',
  metrics: METRICS,
  scope: 'image',
  sensitive: false,
  activities: ['run', 'hold', 'loop', 'place', 'ramp'],
  open: async () => {
    const weighed = new Map<string, Promise<ImageWeight>>();
    const weigh = async (path: string): Promise<ImageWeight> => {
      const known = weighed.get(path) ?? weighArchive(path);
      weighed.set(path, known);
      return known;
    };
    return {
      weigh: async (prepared, all) => {
        const readings: Reading[] = [];
        for (const kind of new Set(filesOf(prepared).map((file) => file.kind))) readings.push(await filesReading(prepared, kind));
        for (const image of prepared.artifacts.filter(isArchive)) readings.push(...(await imageReadings(image, prepared, all, weigh)));
        return readings;
      },
    };
  },
};
export default probe;

type Weigh = (path: string) => Promise<ImageWeight>;

const isArchive = (artifact: Artifact): boolean => artifact.form === 'oci-archive';
const filesOf = ({ artifacts }: Prepared): readonly Artifact[] => artifacts.filter((artifact) => !isArchive(artifact));

/** All files of one kind together: a runtime may be several (a program and its library). */
async function filesReading(prepared: Prepared, kind: Artifact['kind']): Promise<Reading> {
  const files = filesOf(prepared).filter((file) => file.kind === kind);
  const place = { metric: `artifact_bytes_${kind}`, role: 'instance' } as const;
  try {
    const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
    return {
      ...place,
      origin: files.length === 1 ? 'stat' : `stat of ${files.length} files`,
      value: sizes.reduce((sum, size) => sum + size, 0),
    };
  } catch (error) {
    return { ...place, origin: 'stat', unavailable: messageOf(error) };
  }
}

async function imageReadings(artifact: Artifact, own: Prepared, all: readonly Prepared[], weigh: Weigh): Promise<readonly Reading[]> {
  const read = (id: string, value: number, origin: string): Reading => ({ metric: id, role: 'instance', origin, value });
  try {
    const { layers, bytesMetadata } = await weigh(artifact.path);
    const elsewhere = await layersOfOthers(own, all, weigh);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const unique = layers.filter((layer) => !elsewhere.has(layer.digest));
    const origin = layers.some((layer) => layer.compressedByUs) ? 'OCI archive; layers compressed here with gzip -6' : 'OCI archive';
    return [
      read('image_bytes_compressed', sum(layers.map((layer) => layer.bytesCompressed)) + bytesMetadata, origin),
      read('image_bytes_unpacked', sum(layers.map((layer) => layer.bytesUnpacked)), 'OCI archive'),
      read('image_bytes_unique', sum(unique.map((layer) => layer.bytesCompressed)), origin),
    ];
  } catch (error) {
    const ids = ['image_bytes_compressed', 'image_bytes_unpacked', 'image_bytes_unique'];
    return ids.map((id) => ({ metric: id, role: 'instance', origin: artifact.path, unavailable: messageOf(error) }));
  }
}

async function layersOfOthers(own: Prepared, all: readonly Prepared[], weigh: Weigh): Promise<ReadonlySet<string>> {
  const archives = all
    .filter((prepared) => prepared.workload.id !== own.workload.id)
    .flatMap((prepared) => prepared.artifacts)
    .filter((artifact) => artifact.form === 'oci-archive');
  const digests = await Promise.all(archives.map(async ({ path }) => (await weigh(path)).layers.map((layer) => layer.digest)));
  return new Set(digests.flat());
}
