import type { RunContext } from '../core/model/context.ts';
import { energyHost, simulatedRoot } from './energy/energy-host.ts';
import { bestOf, type LookedFor, lookForMeters, methodOf } from './energy/sources.ts';
import { type EnergyHost, isFoundMeter } from './energy/source.ts';
import { WindowReads } from './energy/window-reads.ts';
import type { MeterTrace, Probe, ProbeSession } from './probe.ts';

/*
 * Reads: raw counters of the best energy meter this host has (hwmon's meter of the whole machine, RAPL through powercap, …), at the edges of windows and
 * once per second in between. Nothing is added or judged here: results/energy does that, from the record.
 * Resolution: RAPL counters are renewed about once per ms, so a window's energy is good to 2 ms of its power (0.02 % at 10 s).
 * Cannot see: whose energy it was. Each read wakes the processor and costs energy itself (“thirdwave self-bench energy”): never faster than 10 Hz.
 */

export interface EnergyProbeOptions {
  /** time between reads within a window, ms; at least 100 */
  readonly intervalMs: number;
  /** what the meters are looked up in; absent: this machine, or the made tree that THIRDWAVE_ENERGY_ROOT names */
  readonly host?: (context: RunContext) => EnergyHost;
}

/** All meters of one run, looked for once: later trials must not find others. */
interface Meters {
  readonly looked: readonly LookedFor[];
  readonly simulated: boolean;
}

export function energyProbe({ intervalMs, host }: EnergyProbeOptions): Probe {
  const ofRun = new WeakMap<RunContext, Promise<Meters>>();
  const metersOf = async (context: RunContext): Promise<Meters> => {
    const known = ofRun.get(context) ?? lookOnce(context, host);
    ofRun.set(context, known);
    return known;
  };
  return {
    id: 'energy',
    title: 'Energy meters of the host',
    metrics: [],
    scope: 'host',
    sensitive: true,
    activities: ['window', 'hold'],
    open: async (context) => session(await metersOf(context), Math.max(100, intervalMs)),
  };
}

export default energyProbe({ intervalMs: 1000 });

async function lookOnce(context: RunContext, host: EnergyProbeOptions['host']): Promise<Meters> {
  const root = simulatedRoot();
  const { toolbox } = context;
  const looked = await lookForMeters(host?.(context) ?? energyHost({ toolbox, now: () => context.now(), root }));
  if (root !== undefined)
    context.log.warn(`energy is read from the made tree ${root}: everything about it is simulated, nothing is a result`);
  return { looked, simulated: root !== undefined };
}

function session({ looked, simulated }: Meters, intervalMs: number): ProbeSession {
  const best = bestOf(looked);
  let told = false;
  return {
    meters: best !== undefined,
    window: async () => {
      const reads = best && (await WindowReads.open(await best.meter.open(), best.source.id, intervalMs));
      return {
        close: async () => {
          const traces = (await reads?.close()) ?? [];
          const introduction = told ? [] : looked.map((one) => introduce(one, simulated, best));
          told = true;
          return [...introduction, ...traces];
        },
      };
    },
  };
}

/** One line of the record per kind of meter: what it has, or why it is not there. */
function introduce({ source, meter }: LookedFor, simulated: boolean, best: LookedFor | undefined): MeterTrace {
  const method = methodOf(meter, simulated);
  if (!isFoundMeter(meter)) {
    return { kind: 'meter', meter: source.id, method, scope: source.title, zones: [], warnings: [], unavailable: meter.missing };
  }
  const { scope, zones, warnings } = meter;
  const own = simulated ? ['Read from a made tree: nothing here is a result.', ...warnings] : warnings;
  const unread = best?.source.id === source.id ? [] : [`Not read: ${best?.source.title ?? ''} is the better evidence here.`];
  return { kind: 'meter', meter: source.id, method, scope, zones: [...zones], warnings: [...own, ...unread] };
}
