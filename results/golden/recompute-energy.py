"""Second, independent computation of a golden run's energy samples and detection limits, from the definitions alone.

Python 3 standard library, exact integers and fractions. Shares no code with the suite. Knows the one meter this record has:
packages and dram by powercap, psys beside them, and the package once more by MMIO.
Usage: python3 recompute-energy.py energy-run > energy-run/expected-samples.json
"""
import json
import math
import statistics
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

folder = Path(__file__).parent / sys.argv[1]
plan = json.loads((folder / "plan.json").read_text())
cells = {cell["id"]: cell for cell in plan["cells"]}
T95 = {1: 12.706204736174698, 2: 4.302652729911275, 3: 3.182446305284263, 4: 2.7764451051977987, 5: 2.570581835636314, 6: 2.4469118511449692}
BILLION = 10**9
PSYS, MMIO, SUMMED = "intel-rapl:1", "intel-rapl-mmio:0", ["intel-rapl:0", "intel-rapl:0:0"]
TWO_PERCENT = Fraction(2, 100)

trials = defaultdict(list)
for line in (folder / "events.jsonl").read_text().splitlines():
    event = json.loads(line)
    trials[event["trialId"]].append(event)


def exact(number):
    return Fraction(str(number))


def one_zone(zone, reads):
    """(J, s, rules broken) from the first to the last read."""
    if any("raw" not in read for read in reads):
        return None, None, ["counter-unreadable"]
    span, most = int(zone["rangeRaw"]), exact(zone.get("maxPowerW", 1000 / 1.5)) * Fraction(3, 2)
    total, broken = 0, []
    for before, after in zip(reads, reads[1:]):
        counted = int(after["raw"]) - int(before["raw"])
        counted += span if counted < 0 else 0
        total += counted
        ns = after["atNs"] - before["atNs"]
        if Fraction(counted, 10**6) > most * Fraction(ns + 10**6, BILLION):
            broken.append("counter-implausible")
        if Fraction(ns, BILLION) * most > Fraction(span, 2 * 10**6):
            broken.append("counter-ambiguous")
    return Fraction(total, 10**6), Fraction(reads[-1]["atNs"] - reads[0]["atNs"], BILLION), broken


def one_window(own, name):
    zones = {z["zone"]: z for e in own if e["kind"] == "meter" for z in e["zones"]}
    sweeps = [e["reads"] for e in own if e["kind"] == "counter" and e["window"] == name]
    by_zone = {zone: one_zone(zones[zone], [r for sweep in sweeps for r in sweep if r["zone"] == zone]) for zone in zones}
    parts = [by_zone[zone] for zone in SUMMED]
    broken = [rule for part in parts for rule in part[2]]
    known = all(part[0] is not None for part in parts)
    seconds = sum(part[1] for part in parts) / len(parts) if known else None
    twin, same = by_zone[MMIO], by_zone[SUMMED[0]]
    if not twin[2] and not same[2]:
        edges = Fraction(2, 1000) / same[1]
        if abs(twin[0] - same[0]) > (TWO_PERCENT + edges) * max(twin[0], same[0]):
            broken.append("meters-disagree")
    return sum(part[0] for part in parts) if known else None, seconds, broken, by_zone[PSYS][0]


def readings(own, name, metric):
    return {e["role"]: exact(e["value"]) for e in own if e["kind"] == "reading" and e.get("window") == name and e["metric"] == metric}


def disturbed(own, name):
    cpu = readings(own, name, "window_cpu")
    foreign = cpu["host"] - cpu["total"] - cpu["harness"]
    left = Fraction(15, 100) * cpu["host"] if name == "work" else 0
    stolen = readings(own, name, "window_steal")["host"]
    capacity = readings(own, name, "window_capacity")["host"]
    return (["host-steal"] if stolen > TWO_PERCENT else []) + (["foreign-cpu"] if foreign > max(TWO_PERCENT * capacity, left) else [])


ORDER = ["counter-unreadable", "counter-ambiguous", "counter-implausible", "meters-disagree", "idle-drift", "host-steal", "foreign-cpu"]


def outcome(value, broken):
    rules = sorted(broken, key=ORDER.index)
    if not rules:
        return {"status": "ok", "value": float(value)}
    if value is None:
        return {"status": "unavailable", "reason": rules[0]}
    return {"status": "invalid", "rule": rules[0], "value": float(value)}


def energy_of_work(own, windows, units):
    before, work, after = (one_window(own, name) for name in ("idle-before", "work", "idle-after"))
    broken = [rule for one in (before, work, after) for rule in one[2]]
    idle = (before[0] + after[0]) / (before[1] + after[1])
    if abs(before[0] / before[1] - after[0] / after[1]) > TWO_PERCENT * idle:
        broken.append("idle-drift")
    for name in windows:
        broken += disturbed(own, name)
    gross = None if work[0] is None else work[0] / units
    net = None if work[0] is None else (work[0] - idle * work[1]) / units
    yield "energy_gross", "host", outcome(gross, broken)
    yield "energy_net", "host", outcome(net, broken)
    yield "energy_attributed", "total", attributed(own, windows, net, broken)
    yield "energy_uncounted", "host", outcome(work[3] / units, broken)
    yield "power_idle", "host", outcome(idle, broken)


def attributed(own, windows, net, broken):
    length = {name: Fraction(windows[name]["endNs"] - windows[name]["atNs"], BILLION) for name in windows}
    cpu = {name: readings(own, name, "window_cpu") for name in windows}
    if cpu["work"]["total"] == 0:
        if broken:
            return outcome(None, broken)
        return {"status": "unavailable", "reason": "no CPU time of a technology"}

    def above(role):
        rate = (cpu["idle-before"][role] + cpu["idle-after"][role]) / (length["idle-before"] + length["idle-after"])
        return cpu["work"][role] - rate * length["work"]

    host, technology, harness = above("host"), above("total"), above("harness")
    value = None if net is None else net * technology / host
    rest = (host - technology - harness) / host
    if not broken and abs(rest) > Fraction(5, 100):
        return {"status": "invalid", "rule": "foreign-cpu", "value": float(value)}
    return outcome(value, broken)


def samples_of(own):
    windows = {e["window"]: e for e in own if e["kind"] == "window"}
    metered = any(e["kind"] == "meter" and "unavailable" not in e for e in own)
    if "held" in windows:
        joules, seconds, broken, _ = one_window(own, "held")
        yield "power_held", "host", outcome(joules / seconds, broken + disturbed(own, "held"))
        return
    units = windows["work"]["operations"]
    if metered:
        yield from energy_of_work(own, windows, units)
    else:
        for metric, role in [("energy_gross", "host"), ("energy_net", "host"), ("energy_attributed", "total"), ("power_idle", "host")]:
            yield metric, role, {"status": "unavailable", "reason": "Only root may read energy_uj; looked for powercap (denied), perf (no-tool)"}
    for role, seconds in readings(own, "work", "window_cpu").items():
        if role != "host":
            yield "cpu_per_unit", role, {"status": "ok", "value": float(seconds / units)}
    yield "time_per_unit", "host", {"status": "ok", "value": (windows["work"]["endNs"] - windows["work"]["atNs"]) / BILLION / units}


samples, failed = [], []
for trial, own in trials.items():
    cell, round_ = own[0]["cell"], own[0]["round"]
    if any(e["kind"] == "failure" for e in own):
        failed.append((cell, round_))
        continue
    for metric, role, result in samples_of(own):
        samples.append({"cell": cell, "round": round_, "metric": metric, "role": role, **result})
for cell, round_ in failed:  # what the cell's other trials yielded is lost in this one
    for metric, role in {(s["metric"], s["role"]) for s in samples if s["cell"] == cell}:
        samples.append({"cell": cell, "round": round_, "metric": metric, "role": role, "status": "failed", "reason": "wrong-output"})

counted = {(s["cell"], s["round"], s["metric"], s["role"]): s["value"] for s in samples if s["status"] == "ok"}
limits = []
for cell in cells.values():
    if cell["activity"] != "window" or cell["role"] == "blank":
        continue
    powers = []
    for (blank, round_, metric, _), joules in counted.items():
        if metric == "energy_net" and cells[blank]["role"] == "blank":
            powers.append(joules / counted[blank, round_, "time_per_unit", "host"])
    n = len(powers)
    time = statistics.median(v for (c, _, metric, _), v in counted.items() if c == cell["id"] and metric == "time_per_unit")
    limits.append({"cell": cell["id"], "n": n, "limitJ": T95[n - 1] * statistics.stdev(powers) * math.sqrt(1 + 1 / n) * time})

voids = defaultdict(int)
for sample in samples:
    if sample["metric"] in ("energy_net", "power_held"):
        rule = sample.get("rule") or (sample["reason"] if sample.get("reason") in ORDER else None)
        if rule:
            voids[rule] += 1

samples.sort(key=lambda s: (s["cell"], s["round"], s["metric"], s["role"]))
json.dump({"samples": samples, "limits": limits, "voidBlocks": dict(sorted(voids.items()))}, sys.stdout, indent=1)
print()
