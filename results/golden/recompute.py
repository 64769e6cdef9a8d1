"""Second, independent computation of a golden run's summaries, from the definitions in docs/statistics.md alone.

Python 3 standard library; exact fractions for the ranks. Shares no code with the suite.
Usage: python3 recompute.py interrupted-run > interrupted-run/expected.json
       python3 recompute.py interrupted-run differences > interrupted-run/expected-differences.json
"""
import json
import math
import statistics
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

folder = Path(__file__).parent / sys.argv[1]
plan = json.loads((folder / "plan.json").read_text())
cells = {cell["id"]: cell for cell in plan["cells"]}
planned = {trial["id"]: trial for trial in plan["trials"]}
ALPHA = Fraction(1, 40)  # one tail of 95 %

events = []
for line in (folder / "events.jsonl").read_text().split("\n")[:-1]:  # the last piece has no line end: cut off
    events.append(json.loads(line))

trials = defaultdict(list)
for event in events:
    trials[event["trialId"]].append(event)

numbers = defaultdict(dict)  # (cell, metric, role) -> round -> (status, value or reason, censored)
owed = defaultdict(set)
failed = []
for trial_id, own in trials.items():
    begin = own[0]
    cell, round_ = begin["cell"], begin["round"]
    failure = next((e for e in own if e["kind"] == "failure"), None)
    ended = any(e["kind"] == "trial" and e["state"] == "end" for e in own)
    if trial_id in planned and (failure or not ended):
        code = failure["code"] if failure else "interrupted"
        failed.append((cell, round_, code, failure.get("censoredAfterNs") if failure else None))
        continue
    marks = {e["mark"]: e["atNs"] for e in own if e["kind"] == "mark"}
    found = {}
    if trial_id in planned and cells[cell]["activity"] == "run":
        cold = (marks["t1"] - marks["t0"]) / 1e9 if "t1" in marks else None
        found["cold_start", "instance"] = ("ok", cold) if cold is not None else ("unavailable", None)
        found["run_time", "instance"] = ("ok", (marks["t2"] - marks["t0"]) / 1e9)
        for e in own:
            if e["kind"] == "phase":
                found["phase_" + e["phase"], "instance"] = ("ok", (e["endNs"] - e["atNs"]) / 1e9)
    steal = 0
    for e in own:
        if e["kind"] == "reading":
            found[e["metric"], e["role"]] = ("ok", e["value"]) if "value" in e else ("unavailable", None)
            if e["metric"] == "host_steal_share":
                steal = e.get("value", 0)
    stolen = steal > 0.10 and marks["t2"] - marks["t0"] >= 100_000_000
    for (metric, role), (status, value) in found.items():
        in_seconds = metric in ("cold_start", "run_time", "cpu_time") or metric.startswith("phase_")
        if stolen and status == "ok" and in_seconds and role != "host":
            status = "invalid"
        numbers[cell, metric, role][round_] = (status, value, False)
        if round_ > 0:
            owed[cell].add((metric, role))

for cell, round_, code, limit in failed:
    peers = [owed[c] for c in owed if c in cells and cells[c]["scenario"] == cells[cell]["scenario"]]
    common = {slot for slot in set.intersection(*peers) if not slot[0].startswith("phase_")}
    slots = owed.get(cell) or common | {("cold_start", "instance"), ("run_time", "instance")}
    for metric, role in slots:
        censored = limit is not None and metric in ("cold_start", "run_time")
        numbers[cell, metric, role][round_] = ("failed", code, censored)


def median_interval(values):
    n, k, tail = len(values), 0, Fraction(0)
    while tail + Fraction(math.comb(n, k), 2**n) <= ALPHA:
        tail += Fraction(math.comb(n, k), 2**n)
        k += 1
    return [sorted(values)[k - 1], sorted(values)[n - k], float(1 - 2 * tail)] if k else None


def centre_interval(values):
    n = len(values)
    walsh = sorted((values[i] + values[j]) / 2 for i in range(n) for j in range(i, n))
    sums = Counter({0: 1})
    for rank in range(1, n + 1):
        sums = sums + Counter({s + rank: c for s, c in sums.items()})
    k, tail = 0, Fraction(0)
    while tail + Fraction(sums[k], 2**n) <= ALPHA:
        tail += Fraction(sums[k], 2**n)
        k += 1
    return statistics.median(walsh), [walsh[k - 1], walsh[-k], float(1 - 2 * tail)] if k else None


def ratio_interval(logs):
    centre, bounds = centre_interval(logs)
    return math.exp(centre), bounds and [math.exp(bounds[0]), math.exp(bounds[1]), bounds[2]]


def paired(of, from_, metric):
    left, right = (numbers.get((cell, metric, "instance"), {}) for cell in (of, from_))
    return [left[r][1] - right[r][1] for r in sorted(left) if left[r][0] == "ok" and right.get(r, [""])[0] == "ok"]


def difference_row(planned):
    values = paired(planned["of"], planned["from"], planned["metric"])
    row = {"scenario": planned["scenario"], "id": planned["id"], "pairs": len(values)}
    if values:
        row["estimate"], row["interval"] = centre_interval(values)
    return row


if len(sys.argv) > 2:
    json.dump([difference_row(one) for one in plan["differences"]], sys.stdout, indent=1)
    print()
    sys.exit()


result = []
for (cell, metric, role), rounds in sorted(numbers.items()):
    ok = [rounds[r][1] for r in sorted(rounds) if rounds[r][0] == "ok"]
    counts = Counter(status for status, _, _ in rounds.values())
    counts["censored"] = sum(censored for _, _, censored in rounds.values())
    row = {"cell": cell, "metric": metric, "role": role, "counts": dict(sorted(counts.items()))}
    if ok:
        row["median"] = statistics.median(ok)
        row["interval"] = [ok[0], ok[0], None] if metric.startswith("image_") else median_interval(ok)
        if len(ok) >= 4:
            q = statistics.quantiles(ok, n=4, method="inclusive")  # type 7
            row["quartiles"] = [q[0], q[2]]
        row["mad"] = statistics.median(abs(v - row["median"]) for v in ok) if len(ok) > 1 else None
    reference = cells.get(cell, {}).get("reference")
    other = numbers.get((reference, metric, role), {})
    shared = [r for r in sorted(rounds) if rounds[r][0] == "ok" and other.get(r, [""])[0] == "ok"]
    if shared and role != "host":
        row["pairs"] = len(shared)
        row["ratio"], row["ratioInterval"] = ratio_interval([math.log(rounds[r][1]) - math.log(other[r][1]) for r in shared])
        if metric.startswith("image_"):
            row["ratioInterval"] = [row["ratio"], row["ratio"], None]
    result.append(row)
json.dump(result, sys.stdout, indent=1, ensure_ascii=False)
print()
