"""What the steps of a run cost on this machine, in seconds, from the program itself: `--trace` and
`--report` of runs with one worker. Each step is the least of several runs, as other programs only make
it longer. What no run with one worker shows (starting workers, a wake-up, a page fault) is measured
beside it.
"""

import json
import os
import statistics
import subprocess
import sys
import time


class Chunk:
    """One chunk: what its worker does alone, what it does with a lock held, and the bytes it reads."""

    def __init__(self, compute, claim, fold, deliver, read):
        self.compute, self.claim, self.fold, self.deliver = compute, claim, fold, deliver
        self.read = read


class SceneCosts:
    def __init__(self):
        self.chunks, self.open, self.open_apart, self.enter = [], 0.0, 0.0, 0.0


class Costs:
    """All of a workload; the names are explained where many_model.py uses them."""

    def __init__(self):
        self.scenes = []


def run_once(build, options, files, trace=False, env=None):
    """(seconds of the process by the clock outside, its report, its trace or None). The report comes
    through a pipe: what it costs to have it on a disk is the disk's business."""
    path = f"{files[0]}.trace.json"
    command = [f"{build}/imgpipe", "-q", "--report", "-", *(["--trace", path] if trace else []), *options]
    begin = time.monotonic()
    done = subprocess.run([*command, *files], stdout=subprocess.PIPE, check=False,
                          env={**os.environ, **(env or {})})
    wall = time.monotonic() - begin
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}")
    events = None
    if trace:
        with open(path, encoding="utf-8") as text:
            events = json.load(text)
        os.unlink(path)
        if any(events["otherData"]["resolution_us"]):
            sys.exit("the trace was made coarser: fewer events, please (larger chunks, fewer scenes)")
    return wall, json.loads(done.stdout), events


def share_of_cores(said):
    """How much of the time in which its workers wanted a core they had one."""
    wanted = sum(w["life_s"] - sum(w["wait_s"].values()) - w["transfer_s"] for w in said["workers"])
    return sum(w["cpu_s"] for w in said["workers"]) / wanted


def tracks(trace):
    """Events by (pid, tid), in order of time, as (begin, end, name, scene, chunk, bytes) in seconds."""
    found = {}
    for e in trace["traceEvents"]:
        if e["ph"] != "X":
            continue
        args = e["args"]
        found.setdefault((e["pid"], e["tid"]), []).append(
            (e["ts"] * 1e-6, (e["ts"] + e["dur"]) * 1e-6, e["name"], args.get("scene"),
             args.get("chunk"), args.get("bytes", 0)))
    return {key: sorted(events) for key, events in found.items()}


def steps(trace):
    """{(step, scene, chunk): seconds} of a run of one thread; see Chunk, SceneCosts."""
    found = {}
    by_track = list(tracks(trace).values())
    laps = next(t for t in by_track if any(e[2] == "decode" for e in t))
    chunks = {(e[3], e[4]): e for t in by_track for e in t if e[2].startswith("chunk ")}
    found["begin", None, None] = laps[0][0]
    locked = None  # when the run's lock was taken last
    folded = None
    fetched = set()
    for i, (begin, end, name, scene, chunk, read) in enumerate(laps):
        at = chunks.get((scene, chunk))
        if name == "fetch" and at:
            found["read", scene, chunk] = max(read, found.get(("read", scene, chunk), 0))
        if name == "discover" and scene is not None:
            found["open", scene, None] = end - begin
        if name == "write":
            found["row", scene, None] = end - begin
        if at and name not in ("reduce", "wait peer") and (scene, chunk) not in fetched:
            fetched.add((scene, chunk))
            found["claim", scene, chunk] = max(at[0] - locked, 0.0)
            found["gap", scene, chunk] = begin - at[0]
        if name == "reduce":
            found["compute", scene, chunk] = begin - at[0]
            found["fold", scene, chunk] = end - begin
            folded = (scene, chunk)
        if name == "wait peer":
            if folded and laps[i - 1][2] == "reduce":
                follows = laps[i + 1] if i + 1 < len(laps) else None
                if follows and follows[2] == "wait peer":
                    found["deliver", *folded] = follows[0] - end
            locked = end
    found["last", None, None] = laps[-1][1]
    return found


def least(tables):
    """Of each step the least."""
    return {key: min(t[key] for t in tables if key in t) for table in tables for key in table}


def median_of(table, step):
    return statistics.median(v for key, v in table.items() if key[0] == step)


def steps_apart(trace):
    """The same of one worker process: its own way of opening, and what goes between it and its parent."""
    found, sent = {}, None
    laps = next(t for t in tracks(trace).values() if any(e[2] == "decode" for e in t))
    found["begin", None, None] = laps[0][0]
    for begin, end, name, scene, chunk, _ in laps:
        if name == "discover":
            found["open", scene, None] = end - begin
        if name == "fetch" and sent:
            found["trip", *sent[1:]] = begin - sent[0]
        sent = sent if name in ("transfer", "wait peer") else None
        if name == "pack":
            found["pack", scene, chunk] = end - begin
            sent = (end, scene, chunk)
    return found


# --- beside the runs ---

def wake_up(rounds=3000):
    """Half a round trip between two processes that wait for each other: the least of some hundred, and
    more than a lock's waiter needs, which is woken by fewer system calls."""
    there, back = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        for _ in range(rounds):
            os.write(back[1], os.read(there[0], 1))
        os._exit(0)
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        os.write(there[1], b"x")
        os.read(back[0], 1)
        times.append(time.perf_counter() - begin)
    os.waitpid(child, 0)
    for fd in (*there, *back):
        os.close(fd)
    return statistics.quantiles(times, n=10)[0] / 2


def look_at_memory(build, options, files):
    """What the parent of worker processes does for each of them to know their memory."""
    best = 1.0
    with subprocess.Popen([f"{build}/imgpipe", "-q", *options, *files], stdout=subprocess.DEVNULL) as parent:
        while parent.poll() is None:
            try:
                with open(f"/proc/{parent.pid}/task/{parent.pid}/children", encoding="ascii") as text:
                    pids = text.read().split()
                for pid in pids:
                    begin = time.perf_counter()
                    with open(f"/proc/{pid}/smaps_rollup", "rb") as text:
                        text.read()
                    best = min(best, time.perf_counter() - begin)
            except OSError:  # it has just ended
                pass
            time.sleep(0.01)
    return best


def between_starts(build, files, executor, rounds, workers=16):
    """From the first sign of one worker to that of the next: the median of a run, the least of all. The
    file is small: workers that are there already have nothing to do."""
    best = 1.0
    for _ in range(rounds):
        trace = run_once(build, ["--executor", executor, "--workers", str(workers)], files, True)[2]
        first = sorted(t[0][0] for t in tracks(trace).values()
                       if t[0][2] in ("wait peer", "transfer"))
        best = min(best, statistics.median(b - a for a, b in zip(first, first[1:])))
    return best


def oversleep(seconds, rounds=20):
    """How long a sleep of so many seconds takes."""
    best = 9.0
    for _ in range(rounds):
        begin = time.perf_counter()
        time.sleep(seconds)
        best = min(best, time.perf_counter() - begin)
    return best


# --- all of it ---

def of_threads(costs, build, options, files, rounds):
    """Fills what workers that share memory need."""
    tables, leaves, ends, outside, walls, cpu = [], [], [], [], [], []
    for _ in range(rounds):
        _, said, trace = run_once(build, ["--workers", "1", *options], files, True)
        table = steps(trace)
        tables.append(table)
        life = said["workers"][0]["life_s"]
        leaves.append(life - (table["last", None, None] - table["begin", None, None]))
        wall, said, _ = run_once(build, ["--workers", "1", *options], files)
        ends.append(said["run"]["wall_s"] - said["workers"][0]["life_s"])
        outside.append(wall - said["run"]["wall_s"])
        walls.append(wall)
        cpu.append(said["run"]["cpu_s"])
    table = least(tables)
    costs.one, costs.cpu = min(walls), min(cpu)
    costs.begin, costs.leave = table["begin", None, None], max(min(leaves), 0.0)
    costs.end = max(min(ends) - costs.begin, 0.0) + min(outside)
    costs.ready = costs.deliver = median_of(table, "deliver")
    costs.row = median_of(table, "row")
    gap = median_of(table, "gap")
    for scene in sorted({key[1] for key in table if key[0] == "compute"}):
        one = SceneCosts()
        one.open = table.get(("open", scene, None), 0.0)
        numbers = sorted(key[2] for key in table if key[:2] == ("compute", scene))
        one.enter = max(table["gap", scene, numbers[0]] - gap, 0.0)
        one.chunks = [Chunk(table["compute", scene, n], table["claim", scene, n],
                            table["fold", scene, n], table.get(("deliver", scene, n), costs.deliver),
                            table["read", scene, n])
                      for n in numbers]
        costs.scenes.append(one)


def of_processes(costs, build, options, files, rounds):
    """The rest, which worker processes need."""
    tables, ends, walls = [], [], []
    options = ["--executor", "processes", "--workers", "1", *options]
    for _ in range(rounds):
        tables.append(steps_apart(run_once(build, options, files, True)[2]))
        wall, said, _ = run_once(build, options, files)
        ends.append(wall - said["workers"][0]["life_s"])
        walls.append(wall)
    table = least(tables)
    costs.one_apart = min(walls)
    costs.begin_apart = max(table["begin", None, None] - costs.fork, 0.0)  # and what a child does first
    costs.end_apart = max(min(ends) - table["begin", None, None], 0.0)
    costs.pack, costs.look = median_of(table, "pack"), look_at_memory(build, options, files)
    chunks = [c for scene in costs.scenes for c in scene.chunks]
    held = statistics.fmean(c.claim + c.fold + c.deliver for c in chunks)  # it does all that, too
    costs.serve = max(median_of(table, "trip") - 2 * costs.wake, held)
    for number, scene in enumerate(costs.scenes):
        scene.open_apart = table.get(("open", number, None), scene.open)


class Machine:
    """What does not depend on the workload. tiny: an image of few pixels."""

    def __init__(self, build, tiny, rounds):
        self.wake = wake_up()
        self.thread_start = between_starts(build, [tiny], "threads", 3 * rounds)
        self.fork = between_starts(build, [tiny], "processes", 3 * rounds)


def measure(machine, build, files, rounds, options=()):
    costs = Costs()
    costs.__dict__.update(vars(machine))
    files = [str(f) for f in files]
    of_threads(costs, build, options, files, rounds)
    of_processes(costs, build, options, files, rounds)
    costs.warm = costs.scenes[0].enter  # which is a worker's first
    costs.scenes[0].enter = 0.0
    return costs
