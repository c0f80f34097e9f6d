#!/usr/bin/python3
"""Whether a --trace FILE is what its documentation says, beside the --report of the same run.

    check_trace.py TRACE REPORT [partial]

Valid JSON; within a track no event overlaps another; what the events of a worker add up to is what
the report's meters say; every chunk of every scene is there exactly once. partial: the run was
interrupted or lost a worker, so chunks and meters may be missing, never doubled.
"""

import collections
import json
import sys

STAGES = "discover claim fetch decode mask index stats reduce write".split()
WAITS = {"wait memory": "memory", "wait order": "order", "wait writer": "writer",
         "wait peer": "peer", "wait gil": "gil", "idle": "idle"}


def near(what, a, b):
    # A lap is rounded to nothing (ns); the report's seconds are doubles of the same integers.
    assert abs(a - b) <= 2e-6 + 1e-9 * abs(b), f"{what}: trace {a} s, report {b} s"


def main():
    trace = json.load(open(sys.argv[1]))
    report = json.load(open(sys.argv[2]))
    partial = "partial" in sys.argv[3:]
    events = trace["traceEvents"]
    names = {}
    tracks = collections.defaultdict(list)
    for e in events:
        assert e["ph"] in "XCM", e
        if e["ph"] == "X":
            tracks[e["pid"], e["tid"]].append(e)
        elif e["ph"] == "M" and e["name"] == "thread_name":
            names[e["pid"], e["tid"]] = e["args"]["name"]
    assert set(tracks) <= set(names), "a track without a name"

    for track, list_ in tracks.items():
        at = 0
        for e in list_:
            begin, end = round(e["ts"] * 1000), round((e["ts"] + e["dur"]) * 1000)
            assert begin >= at - 1, f"{names[track]}: {e} begins before {at} ns"
            at = end

    # By stage and cause over all workers, and by worker.
    total = collections.Counter()
    worker = collections.defaultdict(collections.Counter)
    for track, list_ in tracks.items():
        for e in list_:
            if e["cat"] != "chunk":
                total[e["name"]] += e["dur"] / 1e6
                worker[names[track]][e["cat"]] += e["dur"] / 1e6
    failed = any(s["status"] == "failed" for s in report["scenes"])
    whole = not partial and not trace["otherData"]["workers_of_other_ranks"]
    if whole:
        for stage in report["stages"]:
            near(stage["name"], total[stage["name"]], stage["busy_s"])
        for name, cause in WAITS.items():
            near(name, total[name], sum(s["wait_s"][cause] for s in report["stages"]))
        for row in report["workers"]:
            got = worker[f"worker {row['number']}"]
            near("busy", got["stage"], row["busy_s"])
            near("wait", got["wait"], sum(row["wait_s"].values()))
        for stage in report["stages"]:
            got = sum(e["args"].get("bytes", 0) for l in tracks.values() for e in l
                      if e["name"] == stage["name"])
            want = stage["bytes_in"]
            # A block that fails is counted, but its lap never ends.
            assert want is None or got == want or (failed and got < want), \
                f"{stage['name']}: {got} bytes in the trace, {want} in the report"

    # Chunks: each of them once, unless joined with neighbours.
    seen = collections.Counter()
    laps = joined = 0
    for list_ in tracks.values():
        for e in list_:
            if e["cat"] == "chunk":
                laps += e["args"]["laps"]
                joined += e["args"]["laps"] > 1
                if e["args"]["laps"] == 1:
                    seen[e["args"]["scene"], e["args"]["chunk"]] += 1
    assert all(n == 1 for n in seen.values()), "a chunk is there twice"
    want = {(i, c) for i, s in enumerate(report["scenes"]) if s["chunk_grid"] and s["status"] == "ok"
            for c in range(s["chunk_grid"]["chunks"])}
    if whole:
        if not joined:
            assert want <= set(seen), f"chunks are missing: {sorted(want - set(seen))[:5]}"
        assert laps >= len(want), f"{laps} chunks in the trace, {len(want)} in the report"

    memory = [e for e in events if e["ph"] == "C"]
    assert any(e["name"] == "memory resident" and e["args"]["bytes"] > 0 for e in memory)
    for e in memory:
        if e["name"] == "memory reserved":
            assert e["args"]["bytes"] <= report["memory"]["budget_bytes"]
    assert {e["args"]["bytes"] for e in memory if e["name"] == "memory budget"} == \
        {report["memory"]["budget_bytes"]}
    end = max((e["ts"] + e["dur"] for l in tracks.values() for e in l), default=0)
    assert end <= report["run"]["wall_s"] * 1e6 + 1000, "an event after the end of the run"
    print(f"{sum(map(len, tracks.values()))} events, {len(seen)} chunks, {len(tracks)} tracks")


main()
