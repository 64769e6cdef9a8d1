"""Second, independent computation of a golden run's memory lines and densities, from docs/statistics.md and docs/memory.md alone.

Python 3 standard library. Shares no code with the suite. Writes the columns it knows under the names the suite's own files have.
Usage: python3 recompute-fleets.py fleet-run
"""
import csv
import json
import math
import statistics
import sys
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

folder = Path(__file__).parent / sys.argv[1]
plan = json.loads((folder / "plan.json").read_text())
cells = {cell["id"]: cell for cell in plan["cells"]}
T95 = {2: 4.302652729911275, 3: 3.182446305284263, 4: 2.7764451051977987}  # Student's t, two-sided 95 %, by degrees of freedom
METRICS = ["memory_unreclaimable", "memory_kernel", "memory_pss", "memory_pss_anon", "memory_pss_plus_kernel", "memory_host_used", "idle_cpu"]
ROLES = ["instance", "shim", "daemon", "vmm", "host-process", "total", "host"]
THREE = [("memory_unreclaimable", "total"), ("memory_pss_plus_kernel", "total"), ("memory_host_used", "host")]

trials = defaultdict(list)
for line in (folder / "events.jsonl").read_text().splitlines():
    event = json.loads(line)
    trials[event["trialId"]].append(event)


def sound(own):
    ended = any(e["kind"] == "trial" and e["state"] == "end" for e in own)
    return ended and not any(e["kind"] == "failure" for e in own) and any(e["kind"] == "output" and e["correct"] for e in own)


def key_of(cell):
    return cell["scenario"], cell["runner"], cell["variant"], cell["workload"], cell["population"]["state"]


def theil_sen(points):  # (round, x, y)
    slopes = [(b[2] - a[2]) / (b[1] - a[1]) for a, b in combinations(points, 2) if a[1] != b[1]]
    if not slopes:
        return None
    slope = statistics.median(slopes)
    return slope, statistics.median(y - slope * x for _, x, y in points)


def by_round(points):
    rounds = defaultdict(list)
    for point in points:
        rounds[point[0]].append(point)
    return rounds


def student(values, centre):
    if len(values) < 3:
        return None
    mean, half = statistics.fmean(values), T95[len(values) - 1] * statistics.stdev(values) / math.sqrt(len(values))
    return min(mean - half, centre), max(mean + half, centre)


def span(points):
    return max(x for _, x, _ in points) - min(x for _, x, _ in points)


def line(points):
    whole = theil_sen(points) if points else None
    if whole is None:
        return None
    own = [theil_sen(r) for r in by_round(points).values() if span(r) >= span(points) / 2]
    return {"slope": whole[0], "intercept": whole[1], "slope_ci": student([l[0] for l in own], whole[0]), "intercept_ci": student([l[1] for l in own], whole[1])}


# what was read, and what was there before; in the order of the record
read, seen, before, started = defaultdict(list), defaultdict(set), defaultdict(list), Counter()
for own in trials.values():
    cell, round_ = cells[own[0]["cell"]], own[0]["round"]
    if "population" not in cell:
        continue
    size, runner = cell["population"]["instances"], (cell["scenario"], cell["runner"])
    if sound(own):
        values = {(e["metric"], e["role"]): e.get("value") for e in own if e["kind"] == "reading"}
        for (metric, role), value in list(values.items()):
            kernel = values.get(("memory_kernel", role))
            if metric == "memory_pss_anon" and ("memory_kernel", role) in values:
                values["memory_pss_plus_kernel", role] = None if value is None or kernel is None else value + kernel
        for slot, value in values.items():
            seen[key_of(cell)].add(slot)
            if value is not None:
                read[key_of(cell), slot].append((round_, size, value))
            if slot[0] == "memory_before":
                before[runner, slot[1]].append((round_, started[runner], value))
    started[runner] += size

fits = {}
for key in dict.fromkeys(key_of(cell) for cell in plan["cells"] if "population" in cell):
    for slot in [(metric, role) for metric in METRICS for role in ROLES]:
        if slot in seen[key]:
            fits[key, slot] = (read[key, slot], line(read[key, slot]))

leaking = set()
for runner in started:
    roles = {role for who, role in before if who == runner}
    costs = [fit["slope"] for (key, slot), (_, fit) in fits.items() if key[:2] == runner and slot == ("memory_unreclaimable", "total") and fit]
    for role in roles - {"host"} or roles:
        points = before[runner, role]
        rise = theil_sen(points)[0]
        interval = student([theil_sen(r)[0] for r in by_round(points).values()], rise)
        if rise > min(costs) / 10 and interval[0] > 0 and (role != "host" or rise * started[runner] > 2**28):
            leaking.add(runner)


def reconciled(key):
    slopes = [fits[key, slot][1] for slot in THREE]
    low, high = min(slopes, key=lambda s: s["slope"]), max(slopes, key=lambda s: s["slope"])
    spread = (high["slope"] - low["slope"]) / low["slope"]
    if key[:2] in leaking:
        return "incomplete", spread
    sharp = all(s["slope_ci"][1] - s["slope_ci"][0] <= 0.1 * s["slope"] for s in slopes)
    if spread > 0.1 and (sharp or low["slope_ci"][1] < high["slope_ci"][0]):
        return "differ", spread
    return ("agree" if sharp else "unresolved"), spread


def write(name, rows):
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


rows = []
for (key, (metric, role)), (points, fit) in fits.items():
    low_high = lambda which, end: "" if not fit or not fit[which] else fit[which][end]
    reconciliation, spread = reconciled(key) if (metric, role) in THREE else ("", "")
    rows.append({
        **dict(zip(("scenario", "runner", "variant", "workload", "state"), key)), "metric": metric, "role": role,
        "points": len(points), "rounds": len(by_round(points)), "sizes": " ".join(map(str, sorted({x for _, x, _ in points}))),
        "status": "invalid" if key[:2] in leaking else "missing" if not fit else "complete" if fit["slope_ci"] else "partial",
        "slope": fit["slope"] if fit else "", "slope_ci_low": low_high("slope_ci", 0), "slope_ci_high": low_high("slope_ci", 1),
        "intercept": fit["intercept"] if fit else "", "intercept_ci_low": low_high("intercept_ci", 0), "intercept_ci_high": low_high("intercept_ci", 1),
        "reconciliation": reconciliation, "spread": spread,
    })
write("expected-memory-fits.csv", rows)

rows = []
for cell in [cell for cell in plan["cells"] if cell["activity"] == "ramp"]:
    rules = next(s for s in plan["scenarios"] if s["scenario"] == cell["scenario"])["ramp"]
    own = {trial: events for trial, events in trials.items() if events[0]["cell"] == cell["id"]}
    levels = {trial: [e for e in events if e["kind"] == "level"] for trial, events in own.items()}
    limits = {trial: next((e for e in events if e["kind"] == "limit"), None) for trial, events in own.items()}
    ended = [trial for trial, events in own.items() if sound(events) and limits[trial]]
    cap, role = rules.get("memoryCapBytes"), "instance" if "memoryCapBytes" in rules else "total"
    fit = fits.get((("memory", cell["runner"], cell["variant"], cell["workload"], "idle"), ("memory_unreclaimable", role)), (None, None))[1]
    predicted = ["", "", ""]
    if fit and ("memory", cell["runner"]) not in leaking:
        start = statistics.median(e["hostAvailableBytes"] for ls in levels.values() for e in ls if e["instances"] == 0)
        room = (cap if cap else start - max(start / 10, rules["floorBytes"])) - fit["intercept"]
        low, high = (math.floor(room / fit["slope_ci"][end]) for end in (1, 0))
        predicted = [math.floor(room / fit["slope"]) if cap else low, low, high]
    per_gib = [
        e["instances"] * 2**30 / e["memoryBytes"] for t in ended for e in levels[t][::-1][:1] if e["ok"] and e["instances"] == limits[t]["instances"]
    ]
    for trial in own:
        limit, ok = limits[trial], [e["instances"] for e in levels[trial] if e["ok"]]
        rows.append({
            "cell": cell["id"], "memory_cap": cap or "", **dict(zip(("predicted", "predicted_low", "predicted_high"), predicted)), "ramps": len(ended),
            "verified_median": statistics.median(limits[t]["instances"] for t in ended) if ended else "",
            "verified_limit": Counter(limits[t]["limit"] for t in ended).most_common(1)[0][0] if ended else "",
            "instances_per_gib": statistics.median(per_gib) if per_gib else "", "trial": trial, "status": "ended" if trial in ended else "failed",
            "failure": "" if trial in ended else next((e["code"] for e in own[trial] if e["kind"] == "failure"), "interrupted"),
            "instances": limit["instances"] if limit else max(ok, default=""), "limit": limit["limit"] if limit else "",
            "levels": "; ".join(f"{e['instances']} {'ok' if e['ok'] else e['because']}" for e in levels[trial]),
        })
write("expected-density.csv", rows)
