import { LOOP_METRICS, MARK_METRICS, phaseMetric } from '../../core/model/metrics.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';

/** Phases of each runner as shares of its time to the exit, with the layer that spends them. */
export const PHASES: Readonly<Record<string, readonly (readonly [phase: string, layer: string, share: number])[]>> = {
  process: [
    ['spawn', 'kernel', 0.55],
    ['first-byte', 'program', 0.3],
    ['exit', 'kernel', 0.15],
  ],
  container: [
    ['create', 'docker-engine', 0.16],
    ['attach', 'docker-engine', 0.02],
    ['start', 'oci-runtime', 0.5],
    ['first-byte', 'program', 0.01],
    ['wait', 'docker-engine', 0.17],
    ['remove', 'docker-engine', 0.14],
  ],
  wasmtime: [
    ['load', 'wasmtime', 0.7],
    ['instantiate', 'wasmtime', 0.18],
    ['first-byte', 'program', 0.08],
    ['exit', 'wasmtime', 0.04],
  ],
  v8: [
    ['spawn', 'kernel', 0.02],
    ['node-start', 'node', 0.7],
    ['read', 'node', 0.02],
    ['compile', 'v8', 0.11],
    ['instantiate', 'v8', 0.04],
    ['first-byte', 'program', 0.03],
    ['exit', 'node', 0.08],
  ],
};

function metric(id: string, title: string, unit: MetricDeclaration['unit'], definition: string): MetricDeclaration {
  return {
    id,
    title,
    unit,
    better: 'lower',
    noise: unit === 'B' && !id.startsWith('memory') ? 'exact' : 'noisy',
    definition,
  };
}

export const SAMPLE_METRICS: readonly MetricDeclaration[] = [
  ...MARK_METRICS,
  ...LOOP_METRICS,
  ...new Map(
    Object.values(PHASES)
      .flat()
      .map(([phase, layer]) => [phase, phaseMetric(phase, layer)]),
  ).values(),
  metric('cpu_time', 'CPU time', 's', 'user and system time of the role from launch to exit'),
  metric('memory_unreclaimable', 'Unreclaimable memory', 'B', 'anonymous, shared and kernel memory of the role’s cgroup'),
  metric('memory_pss', 'Proportional set size', 'B', 'sum of Pss over the role’s processes, from smaps_rollup'),
  metric('memory_pss_anon', 'PSS, anonymous and shared', 'B', 'the part of PSS that no file backs'),
  metric('memory_before', 'Memory before the launch', 'B', 'what was in use before the trial’s first launch'),
  metric('memory_kernel', 'Kernel memory', 'B', 'kernel memory charged to the role’s cgroups'),
  metric('memory_host_used', 'Memory the host uses more', 'B', 'MemTotal − MemAvailable, minus its value before the trial’s first launch'),
  metric('idle_cpu', 'CPU at idle', '1', 'CPU seconds per second of the role while its instances wait'),
  metric('density_verified', 'Verified density', '1', 'largest fleet of a ramp that was still acceptable'),
  ...[0, 50, 90].flatMap((share) =>
    [1, 4, 16].map((starts) =>
      metric(
        `cold_start_at_${share}_c${starts}`,
        `Cold start at ${share} % of the density, ${starts} at once`,
        's',
        `launch to first verified byte beside ${share} % of the density just reached, ${starts} launched at one instant`,
      ),
    ),
  ),
  phaseMetric('place', 'wasmtime'),
  metric('image_bytes_compressed', 'Image, compressed', 'B', 'sum of the layer blobs as a registry would send them'),
  metric('image_bytes_unpacked', 'Image, unpacked', 'B', 'sum of the bytes of all regular files in the layers'),
  metric('artifact_bytes_binary', 'Native binary', 'B', 'size of the static native binary'),
  metric('artifact_bytes_wasm', 'Module (.wasm)', 'B', 'size of the WebAssembly module'),
  metric('artifact_bytes_cwasm', 'Compiled module (.cwasm)', 'B', 'size of the ahead-of-time compiled module'),
  {
    ...metric('host_steal_share', 'Steal', '1', 'share of CPU time the hypervisor gave to others during the trial'),
    better: 'neither',
  },
  {
    ...metric('host_psi_cpu_some_share', 'CPU pressure', '1', 'share of the trial in which some task waited for a CPU'),
    better: 'neither',
  },
];
