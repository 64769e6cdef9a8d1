import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { textIn } from '../../core/host/kernel-number.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import { energyCpu } from '../../probes/energy/cpu.ts';
import type { EnergyHost, FoundMeter, MissingMeter } from '../../probes/energy/source.ts';
import { isFoundMeter } from '../../probes/energy/source.ts';
import { bestOf, type LookedFor, lookForMeters } from '../../probes/energy/sources.ts';
import { hostEnergy } from '../../results/energy/host-energy.ts';
import { mostWatts } from '../../results/energy/rules.ts';
import type { z } from 'zod';

/** One counter as doctor shows it. */
export interface ZoneFinding {
  readonly zone: string;
  readonly name: string;
  readonly domain: string;
  readonly control: string;
  /** part of the sum */
  readonly counted: boolean;
  /** why it is or is not, where the domain alone does not say it */
  readonly because?: string;
  /** energy at which the counter begins again at 0, J; absent: it does not, or nobody can read it */
  readonly rangeJ?: number;
  /** what it is taken to draw at most, W, and how soon it can wrap then, s */
  readonly capW: number;
  readonly wrapS?: number;
  /** of the slower of two reads, ns */
  readonly latencyNs: number;
  /** mean over the look, W */
  readonly watts?: number;
  readonly error?: string;
}

export interface MeterFinding {
  readonly id: string;
  readonly title: string;
  /** what it would be on a machine; of a made tree everything is simulated */
  readonly method: z.infer<typeof EnergyMethod>;
  /** runs read this one */
  readonly used: boolean;
  readonly scope?: string;
  readonly zones: readonly ZoneFinding[];
  /** mean power of the sum over the look, W */
  readonly watts?: number;
  readonly lookS?: number;
  /** why the sum of the look does not count */
  readonly flaws: readonly string[];
  readonly warnings: readonly string[];
  readonly unavailable?: MissingMeter['missing'];
}

export interface EnergyDiagnosis {
  /** a made tree, where one was named */
  readonly root?: string;
  readonly processor: string;
  readonly kernel: string;
  readonly virtualMachine: boolean;
  readonly meters: readonly MeterFinding[];
  /** method of what runs read; `modelled`: none can be read */
  readonly method: z.infer<typeof EnergyMethod>;
}

const NS_PER_S = 1e9;

/** Looks for every energy meter and reads each that can be read over `lookNs`; changes nothing. */
export async function diagnoseEnergy(host: EnergyHost, root: string | undefined, lookNs: number): Promise<EnergyDiagnosis> {
  const looked = await lookForMeters(host);
  const best = bestOf(looked);
  const { model, hypervisor } = energyCpu(host);
  const kernel = (await textIn(join(host.roots.procRoot, 'sys', 'kernel', 'osrelease'))).trim();
  const meters: MeterFinding[] = [];
  for (const one of looked) meters.push(await findingOf(one, best?.source.id, host, lookNs));
  const measured = root === undefined ? best?.meter.method : best && 'simulated';
  return {
    ...(root === undefined ? {} : { root }),
    processor: model,
    kernel: kernel === '' ? 'unknown' : kernel,
    virtualMachine: hypervisor,
    meters,
    method: measured ?? 'modelled',
  };
}

/** @throws BenchError `usage` where the folder is no made tree */
export function checkRoot(root: string): void {
  if (existsSync(join(root, 'sys'))) return;
  throw new BenchError({
    code: 'usage',
    message: `${root} has no folder “sys”: a made tree has sys/class/powercap and proc/cpuinfo in it`,
    exitCode: EXIT_CODES.usage,
  });
}

async function findingOf({ source, meter }: LookedFor, used: string | undefined, host: EnergyHost, lookNs: number): Promise<MeterFinding> {
  const { id, title } = source;
  if (isFoundMeter(meter)) return { id, title, used: id === used, ...(await lookAt(meter, host, lookNs)) };
  return { id, title, used: false, method: 'unavailable', zones: [], flaws: [], warnings: [], unavailable: meter.missing };
}

async function lookAt(meter: FoundMeter, host: EnergyHost, lookNs: number) {
  await using open = await meter.open();
  const first = await open.read();
  await host.sleep(lookNs);
  const last = await open.read();
  const { joules, seconds, zones, flaws, notes } = hostEnergy(meter.zones, [first, last]);
  const findings = meter.zones.map((zone): ZoneFinding => {
    const energy = zones.find((one) => one.zone === zone.zone);
    const reads = [...first, ...last].filter((read) => read.zone === zone.zone);
    const rangeJ = zone.endless || zone.rangeRaw === undefined ? undefined : (Number(zone.rangeRaw) * zone.scale) / 1e6;
    const spanS = reads.length < 2 ? 0 : ((reads.at(-1)?.atNs ?? 0) - (reads[0]?.atNs ?? 0)) / NS_PER_S;
    const error = reads.find((read) => read.error !== undefined)?.error;
    const capW = mostWatts(zone);
    return {
      zone: zone.zone,
      name: zone.name,
      domain: zone.domain,
      control: zone.control,
      counted: energy?.counted ?? false,
      capW,
      ...(energy?.because === undefined ? {} : { because: energy.because }),
      ...(rangeJ === undefined ? {} : { rangeJ, wrapS: rangeJ / capW }),
      latencyNs: Math.max(...reads.map((read) => read.latencyNs)),
      ...(energy?.joules === undefined || spanS <= 0 ? {} : { watts: energy.joules / spanS }),
      ...(error === undefined ? {} : { error }),
    };
  });
  return {
    method: meter.method,
    scope: meter.scope,
    zones: findings,
    ...(joules === undefined || !seconds ? {} : { watts: joules / seconds, lookS: seconds }),
    flaws: flaws.map(({ because }) => because),
    warnings: [...meter.warnings, ...notes],
  };
}
