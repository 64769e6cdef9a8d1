import { dirname } from 'node:path';
import { HOST_ROOTS } from '../../core/host/host-roots.ts';
import { isFound } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { MeterZone } from '../../core/model/event.ts';
import { allZero, madeTree, noTool, refused, unreadable, withoutPackage, withoutZones } from './perf-missing.ts';
import { isVirtual, type PowerPmu, readPowerPmu } from './power-pmu.ts';
import { type PerfEvent, type PerfRead, PowerReader } from './power-reader.ts';
import type { CounterReads, EnergyHost, FoundMeter, MeterSource, MissingMeter, OpenMeter } from './source.ts';

/** How long counters that do not move are watched, with a CPU kept busy; the energy counters are refreshed about every 1 ms. */
const WATCH_NS = 200_000_000;
const SLICE_MS = 10;

/**
 * The energy events of perf: the same registers as powercap's `intel-rapl`, added up to 64 bits by the kernel, so that nothing wraps. Needs
 * native/power-reader, because Node cannot perf_event_open(2). `find` takes some 20 ms where counters live and 0.2 s where they do not.
 */
export const perf: MeterSource = { id: 'perf', title: 'power events of perf', find };

interface Zone {
  readonly zone: MeterZone;
  readonly event: PerfEvent;
}

function isPackage({ zone }: Zone): boolean {
  return zone.domain === 'package';
}

async function find(host: EnergyHost): Promise<FoundMeter | MissingMeter> {
  let pmu: PowerPmu;
  try {
    pmu = await readPowerPmu(host.files, host.roots);
  } catch (error) {
    return unreadable(host, error);
  }
  if (host.roots.sysfsRoot !== HOST_ROOTS.sysfsRoot) return madeTree(host);
  const zones = zonesOf(pmu);
  if (zones.length === 0) return withoutZones(pmu);
  const tool = host.toolbox.powerReader;
  if (!isFound(tool)) return zones.some(isPackage) ? noTool(tool) : withoutPackage(pmu);
  try {
    return await judge(host, { pmu, zones, path: tool.path });
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    return noTool({
      missing: `it cannot be asked: ${error.message}`,
      remedy: `remove ${dirname(tool.path)} and run: npm run setup -- --only native`,
    });
  }
}

/** Opens and watches the counters once. @throws BenchError where the reader fails */
async function judge(
  host: EnergyHost,
  { pmu, zones, path }: { readonly pmu: PowerPmu; readonly zones: readonly Zone[]; readonly path: string },
): Promise<FoundMeter | MissingMeter> {
  const reader = await PowerReader.start(path, originOf(host));
  try {
    const errors = await reader.open(zones.map(({ event }) => event));
    const tried = zones.map((zone, index) => ({ ...zone, errno: errors[index] }));
    const packages = tried.filter(isPackage);
    const needed = packages.length === 0 ? tried : packages;
    const [errno] = needed.map((zone) => zone.errno);
    if (errno !== undefined && needed.every((zone) => zone.errno !== undefined)) return refused(host, errno, path);
    const still = await stillZones(reader, tried);
    const names = needed.map(({ zone }) => zone.name);
    if (needed.every((zone) => still.includes(zone))) return allZero(host, names, WATCH_NS);
    if (packages.length === 0) return withoutPackage(pmu);
    const warnings = still.map(({ zone, errno }) =>
      errno === undefined ? `${zone.zone} stood still for ${WATCH_NS / 1e6} ms of work` : `${zone.zone} cannot be opened (${errno})`,
    );
    const dramLives = tried.some((zone) => zone.zone.domain === 'dram' && !still.includes(zone));
    return foundMeter(host, { zones, path, warnings: [...pmu.warnings, ...warnings], scope: dramLives ? 'packages + dram' : 'packages' });
  } finally {
    await reader[Symbol.asyncDispose]();
  }
}

function foundMeter(
  host: EnergyHost,
  found: { readonly zones: readonly Zone[]; readonly path: string; readonly warnings: readonly string[]; readonly scope: string },
): FoundMeter {
  const { zones, path, scope } = found;
  const virtual = isVirtual(host.files, host.roots);
  return {
    method: virtual ? 'rapl-virtual' : 'rapl',
    scope,
    zones: zones.map(({ zone }) => zone),
    warnings: [...(virtual ? ['this host is a virtual machine: its hypervisor makes these counters up'] : []), ...found.warnings],
    open: async () => PerfMeter.open(host, zones, path),
  };
}

class PerfMeter implements OpenMeter {
  readonly #host: EnergyHost;
  readonly #zones: readonly Zone[];
  readonly #reader: PowerReader;

  private constructor(host: EnergyHost, zones: readonly Zone[], reader: PowerReader) {
    this.#host = host;
    this.#zones = zones;
    this.#reader = reader;
  }

  /** @throws BenchError where the reader fails; then it has ended */
  static async open(host: EnergyHost, zones: readonly Zone[], path: string): Promise<PerfMeter> {
    const reader = await PowerReader.start(path, originOf(host));
    const meter = new PerfMeter(host, zones, reader);
    try {
      await reader.open(zones.map(({ event }) => event));
      return meter;
    } catch (error) {
      await meter[Symbol.asyncDispose]();
      throw error;
    }
  }

  async read(): Promise<CounterReads> {
    const lost: PerfRead = { atNs: this.#host.now(), latencyNs: 0, errno: 'reader-ended' };
    const reads: readonly PerfRead[] = await this.#reader.read().catch(() => []);
    return this.#zones.map(({ zone: { zone } }, index) => {
      const { atNs, latencyNs, raw, errno } = reads[index] ?? lost;
      return { zone, atNs, latencyNs, ...(raw === undefined ? {} : { raw }), ...(errno === undefined ? {} : { error: errno }) };
    });
  }

  async appeared(): Promise<readonly string[]> {
    const known = new Set(this.#zones.map(({ zone }) => zone.zone));
    const now = await readPowerPmu(this.#host.files, this.#host.roots).catch(() => undefined);
    return now === undefined ? [] : zonesOf(now).flatMap(({ zone }) => (known.has(zone.zone) ? [] : [zone.zone]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }
}

/** One zone for each event and CPU of the mask. */
export function zonesOf({ type, cpus, events }: PowerPmu): readonly Zone[] {
  return cpus.flatMap((cpu) =>
    events.map(({ name, domain, config, joulesPerCount }) => {
      const inPackage = domain !== 'package' && domain !== 'psys' && events.some((event) => event.domain === 'package');
      const zone: MeterZone = {
        zone: `power:${name}:cpu${cpu}`,
        name,
        domain,
        unit: 'uJ',
        scale: joulesPerCount * 1e6,
        control: 'power',
        ...(inPackage ? { parent: `power:energy-pkg:cpu${cpu}` } : {}),
        endless: true,
        origin: `perf_event_open(2), power/${name}/ (type ${type}, config ${config}) on CPU ${cpu}`,
      };
      return { zone, event: { type, config, cpu } };
    }),
  );
}

/** The zones that no read shows advancing (those that could not be opened are among them), while one CPU is kept busy: until all have advanced, at most `WATCH_NS`. */
async function stillZones<Any extends Zone>(reader: PowerReader, zones: readonly Any[]): Promise<readonly Any[]> {
  const first = await reader.read();
  for (;;) {
    keepBusy();
    const last = await reader.read();
    const still = zones.filter((_, index) => !(BigInt(last[index]?.raw ?? 0) > BigInt(first[index]?.raw ?? 0)));
    const watchedNs = (last[0]?.atNs ?? Number.POSITIVE_INFINITY) - (first[0]?.atNs ?? 0);
    if (still.length === 0 || watchedNs >= WATCH_NS) return still;
  }
}

function keepBusy(): void {
  const endMs = performance.now() + SLICE_MS;
  while (performance.now() < endMs);
}

/**
 * Where the record's clock begins on CLOCK_MONOTONIC, ns. Between the two readings of the clock this process may be interrupted: of some tries the one
 * with the smallest distance is nearest.
 */
function originOf(host: EnergyHost): bigint {
  const tries = Array.from({ length: 5 }, () => {
    const nowNs = BigInt(Math.round(host.now()));
    return process.hrtime.bigint() - nowNs;
  });
  return tries.reduce((least, next) => (next < least ? next : least));
}
