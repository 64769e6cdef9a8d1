// A machine whose power is known: advances energy_uj files in real time and tells, of any moment, what they have truly counted.
//
//   node test/energy/powercap-simulator.mjs <spec.json>
//
// spec: { root, tickMs, cpuinfo?, zones: [{ path, name, rangeUj, startUj, stepUj?, maxPowerUw?, power }] }
//   path     below <root>/sys/devices/virtual/powercap, e.g. intel-rapl/intel-rapl:0; folders and links that are not there yet are made
//   power    { baselineW, pulses?: [{ fromS, toS, watts }], load?: { file, wattsPerUnit }, cpu?: { statFile, wattsPerCpu } }
//            pulses count from the start · load: a file with one number that others may change · cpu: busy CPUs by a file like /proc/stat
// stdout: { ready: { startNs } }, then one line per question; stdin: { betweenNs: [from, to] } as strings of ns on CLOCK_MONOTONIC, answered with
//   { zones: [{ zone, lowUj, highUj, exactUj }] }: the file showed something from low to high in that time, and the function is exact at its middle.
// The end of stdin ends it; the last line is { end: { seconds, zones: [{ zone, joules }] } }.
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';

const USER_HZ = 100;

const spec = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const devices = join(spec.root, 'sys', 'devices', 'virtual', 'powercap');
const classFolder = join(spec.root, 'sys', 'class', 'powercap');

const zones = spec.zones.map((zone) => {
  const folder = join(devices, zone.path);
  makeZone(folder, zone);
  return { ...zone, id: basename(zone.path), file: join(folder, 'energy_uj'), stepUj: zone.stepUj ?? 61, ticks: [], inputUj: 0 };
});
makeProc();

const startNs = process.hrtime.bigint();
let lastS = 0;
let firstRestS;
let mostBusyS = 0;
let last = inputs();
tick();
say({ ready: { startNs: String(startNs) } });
const timer = setInterval(tick, spec.tickMs);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [fromNs, toNs] = JSON.parse(line).betweenNs.map((ns) => Number(BigInt(ns) - startNs));
  say({ zones: zones.map((zone) => ({ zone: zone.id, ...truth(zone, fromNs, toNs) })) });
});
lines.on('close', () => {
  clearInterval(timer);
  tick();
  say({ end: { seconds: lastS, zones: zones.map(({ id, ticks }) => ({ zone: id, joules: ticks.at(-1).trueUj / 1e6 })) } });
});

/** Writes every counter as it stands now, and keeps what was written when. */
function tick() {
  const now = inputs();
  const atS = sinceStartNs() / 1e9;
  for (const zone of zones) {
    zone.inputUj += 1e6 * inputJoules(zone.power, last, now, atS - lastS);
    const trueUj = givenUj(zone.power, atS) + zone.inputUj;
    const shownUj = Math.floor(trueUj / zone.stepUj) * zone.stepUj;
    const beginNs = sinceStartNs();
    replace(zone.file, String((BigInt(zone.startUj) + BigInt(shownUj)) % BigInt(zone.rangeUj)));
    zone.ticks.push({ beginNs, endNs: sinceStartNs(), atNs: atS * 1e9, trueUj, shownUj });
  }
  last = now;
  lastS = atS;
}

function sinceStartNs() {
  const ns = `${process.hrtime.bigint() - startNs}`;
  return Number(ns);
}

/** What is known of the power at any time: ∫ baseline + pulses, µJ. */
function givenUj({ baselineW, pulses = [] }, atS) {
  const pulsed = pulses.reduce((joules, { fromS, toS, watts }) => joules + watts * Math.max(0, Math.min(atS, toS) - fromS), 0);
  return (baselineW * atS + pulsed) * 1e6;
}

/** What came from outside since the last tick: it is known only as often as it is looked at. */
function inputJoules({ load, cpu }, before, after, dtS) {
  const loaded = load ? load.wattsPerUnit * before.get(load.file) * dtS : 0;
  return loaded + (cpu ? cpu.wattsPerCpu * (after.get(cpu.statFile) - before.get(cpu.statFile)) : 0);
}

function inputs() {
  const found = new Map();
  for (const { power } of zones) {
    if (power.load) found.set(power.load.file, Number(readFileSync(power.load.file, 'utf8')));
    if (power.cpu) found.set(power.cpu.statFile, busySeconds(readFileSync(power.cpu.statFile, 'utf8')));
  }
  return found;
}

/** Time the CPUs were not idle, waiting or stolen (proc(5)) since the start, s; never less than before, though idle time is told in whole ticks. */
function busySeconds(text) {
  const [, , , idle, iowait, , , steal] = text.split('\n', 1)[0].trim().split(/\s+/).slice(1).map(Number);
  const restS = (idle + iowait + steal) / USER_HZ;
  const cpus = text.match(/^cpu\d+ /gm)?.length ?? 1;
  firstRestS ??= restS;
  mostBusyS = Math.max(mostBusyS, (sinceStartNs() / 1e9) * cpus - (restS - firstRestS));
  return mostBusyS;
}

/** The file shows the last tick that was written for certain before, up to the last that was begun; what lies between ticks is interpolated. */
function truth({ power, ticks }, fromNs, toNs) {
  const low = ticks.findLast(({ endNs }) => endNs <= fromNs);
  const high = ticks.findLast(({ beginNs }) => beginNs <= toNs);
  const middleNs = (fromNs + toNs) / 2;
  const before = ticks.findLast(({ atNs }) => atNs <= middleNs);
  const after = ticks.find(({ atNs }) => atNs > middleNs);
  const inputOf = (one) => one.trueUj - givenUj(power, one.atNs / 1e9);
  const share = after ? (middleNs - before.atNs) / (after.atNs - before.atNs) : 0;
  const input = before ? inputOf(before) + (after ? share * (inputOf(after) - inputOf(before)) : 0) : 0;
  return { lowUj: low?.shownUj ?? 0, highUj: high?.shownUj ?? 0, exactUj: givenUj(power, middleNs / 1e9) + input };
}

function makeZone(folder, { path, name, rangeUj, startUj, maxPowerUw }) {
  mkdirSync(folder, { recursive: true });
  mkdirSync(classFolder, { recursive: true });
  for (const real of [join(devices, path.split('/')[0]), folder]) {
    const link = join(classFolder, basename(real));
    if (!existsSync(link)) symlinkSync(relative(classFolder, real), link);
  }
  const files = {
    name,
    max_energy_range_uj: rangeUj,
    energy_uj: startUj,
    ...(maxPowerUw ? { constraint_0_max_power_uw: maxPowerUw } : {}),
  };
  for (const [file, value] of Object.entries(files)) replace(join(folder, file), String(value));
}

function makeProc() {
  const path = join(spec.root, 'proc', 'cpuinfo');
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  const cpuinfo = spec.cpuinfo ?? {
    vendor_id: 'GenuineIntel',
    'cpu family': 6,
    model: 85,
    'model name': 'made by powercap-simulator',
    flags: 'fpu',
  };
  writeFileSync(
    path,
    Object.entries(cpuinfo)
      .map(([field, value]) => `${field}\t: ${value}\n`)
      .join(''),
  );
}

/** A reader sees the old value or the new one, never half of it. */
function replace(path, value) {
  writeFileSync(`${path}.new`, `${value}\n`);
  renameSync(`${path}.new`, path);
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
